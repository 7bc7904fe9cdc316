using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Models;

/// <summary>Counts parameters by hand, from the layer table of the paper.</summary>
public class ParameterCountTests
{
    [Theory]
    [MemberData(nameof(Networks.VariantNames), MemberType = typeof(Networks))]
    public void Every_variant_has_the_parameters_counted_by_hand(string variant)
    {
        foreach (var divisor in new[] { 4, 8 })
        {
            var options = (MerNetOptions)Tables.ChangeNamed(variant).Of(new MerNetOptions()).Model with
            {
                WidthDivisor = divisor,
                InputSize = 64
            };
            using var network = Networks.Create(variant, options);
            Assert.Equal(Count(options, variant is "full" or "au" or "horizontal" or "both-directions" or "independent"
                or "vit" or "onset" or "apex"),
                network.parameters().Sum(parameter => parameter.numel()));
        }
    }

    [Fact]
    public void The_full_network_has_75_7_million_parameters_of_which_51_4_in_the_first_linear_layer()
    {
        using var network = MerNet.Create(new MerNetOptions(), seed: 1);
        var total = network.parameters().Sum(parameter => parameter.numel());
        Assert.Equal(75.7, Math.Round(total / 1e6, 1));
        Assert.Equal(Count(new MerNetOptions(), actionUnits: true), total);
        Assert.Equal(512L * 100_352, network.get_parameter("head.fc1.weight")!.numel());
        // max(8, C_in / 32) with the blocks' input channels 128, 128, 128 and 256.
        Assert.All(Enumerable.Range(0, 4),
            block => Assert.Equal(8, network.get_parameter($"motion.blocks.{block}.attention.reduce.weight")!.size(0)));
    }

    [Fact]
    public void ResNet18_has_the_published_11_689_512_parameters_less_its_classifier()
    {
        using var network = new ResNet18(new MerNetOptions(), lastStride: 2);
        Assert.Equal(11_689_512 - (512 * 1000 + 1000), network.parameters().Sum(parameter => parameter.numel()));
    }

    private static long Count(MerNetOptions o, bool actionUnits)
    {
        long d = o.WidthDivisor, map = (o.InputSize + 15) / 16;
        var motion = o.Motion == MotionStream.ContinuousAttention ? Cva(o, d) : ResNet(64 / d);
        var position = o.Position switch
        {
            PositionStream.Swin => Swin(128 / d, o.WindowSize, d),
            PositionStream.ViT => Vit(512 / d, map),
            _ => 0
        };
        var pooled = o is { Motion: MotionStream.ResNet18, Position: PositionStream.None };
        var joined = 512 / d + (actionUnits ? 21 : 0);
        var head = 512 / d * (pooled ? 1 : map * map) * (512 / d) + 2 * joined + joined * (128 / d) + 2 * (128 / d)
            + 128 / d * 5 + 5;
        return motion + position + head;
    }

    private static long Cva(MerNetOptions o, long d)
    {
        long a = 128 / d, b = 256 / d, c = 512 / d, stem = 180 / d;
        var maps = o.Attention == AttentionDirection.Both ? 2 : 1;
        long Block(long cin, long cout, bool shortcut)
        {
            var m = Math.Max(8, cin / 32);
            var previous = o.Continuous && cin != cout ? cin * cout : 0;
            return 9 * cin * cout + 2 * cout + cout * cout + 2 * cout + (shortcut ? cin * cout + 2 * cout : 0)
                + cout * m + 2 * m + maps * (m * cout + cout + previous);
        }

        return 27 * stem + 2 * stem + 9 * stem * a + 2 * a + Block(a, a, false) + Block(a, a, true) + Block(a, b, true)
            + Block(b, c, true);
    }

    private static long ResNet(long w)
    {
        long Basic(long cin, long cout) =>
            9 * cin * cout + 9 * cout * cout + 4 * cout + (cin == cout ? 0 : cin * cout + 2 * cout);
        return 3 * 49 * w + 2 * w + 2 * Basic(w, w) + Basic(w, 2 * w) + Basic(2 * w, 2 * w)
            + Basic(2 * w, 4 * w) + Basic(4 * w, 4 * w) + Basic(4 * w, 8 * w) + Basic(8 * w, 8 * w);
    }

    // LayerNorms 4C, q, k, v and output projection 4C^2 + 4C, MLP 8C^2 + 5C.
    private static long TransformerBlock(long c) => 12 * c * c + 13 * c;

    private static long Swin(long c, long window, long d)
    {
        var table = (2 * window - 1) * (2 * window - 1);
        long Heads(long heads) => Math.Max(1, heads / d);
        return 48 * c + c + 2 * c
            + 2 * (TransformerBlock(c) + table * Heads(4)) + 8 * c + 8 * c * c
            + 2 * (TransformerBlock(2 * c) + table * Heads(8)) + 16 * c + 32 * c * c
            + 6 * (TransformerBlock(4 * c) + table * Heads(16)) + 8 * c;
    }

    private static long Vit(long c, long map) => 768 * c + c + map * map * c + 2 * TransformerBlock(c) + 2 * c;
}
