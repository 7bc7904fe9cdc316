using MerKernel.Experiments;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

/// <summary>Small networks and inputs for the tests of this folder.</summary>
internal static class Networks
{
    /// <summary>
    /// An eighth of the width and 40 pixels: maps of 20, 10, 5 and 3, so every odd side and every padding occurs.
    /// </summary>
    public static MerNetOptions Small(string variant = "full") =>
        (MerNetOptions)Tables.ChangeNamed(variant).Of(new MerNetOptions()).Model with
        {
            WidthDivisor = 8,
            InputSize = 40,
            WindowSize = 4
        };

    /// <summary>A small network of a variant.</summary>
    public static MerNet Create(string variant = "full", long seed = 1) => Create(variant, Small(variant), seed);

    /// <summary>The network of a variant at other sizes.</summary>
    public static MerNet Create(string variant, MerNetOptions options, long seed = 1) =>
        MerNet.Create(options, seed, Tables.ChangeNamed(variant).Of(options).ActionUnits != ActionUnitSource.None);

    public static IEnumerable<object[]> VariantNames => Tables.Paper.Select(variant => new object[] { variant.Key });

    public static (Tensor Onset, Tensor Apex, Tensor ActionUnits) Batch(int count, int size, long seed = 5)
    {
        using var generator = new Generator((ulong)seed, CPU);
        Tensor Frames() => torch.randn([count, 3, size, size], generator: generator);
        var onset = Frames();
        // Numbers in TorchSharp's operators may be freed while libtorch reads them.
        using Scalar share = 0.8f;
        return (onset, onset.Plus(Frames().Over(3)),
            torch.rand([count, FusionHead.ActionUnitCount], generator: generator).gt(share)
                .to_type(ScalarType.Float32));
    }

    public static float[] Values(Tensor tensor) =>
        tensor.detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();

    public static float LargestDifference(Tensor a, Tensor b) =>
        (a - b).abs().max().to_type(ScalarType.Float32).item<float>();
}
