using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// Learned motion magnification (Oh et al. 2018) as AMAN's code ports it, without BatchNorm and with reflected rims: an image is taken apart into texture and shape, the change of
/// shape is enlarged, and the image put together again. Never trained here; it works with weights from outside alone.
/// </summary>
public sealed class Magnifier : nn.Module<Tensor, Tensor, Tensor>
{
    private const int Channels = 32;

    private readonly Sequential encoder, shape, texture, change, enlarged, decoder;

    /// <summary>Creates the network with random weights.</summary>
    public Magnifier() : base(nameof(Magnifier))
    {
        encoder = nn.Sequential([Conv(3, 16, 7), nn.ReLU(), Conv(16, Channels, 3, stride: 2), nn.ReLU(), .. Blocks(Channels, 3)]);
        shape = nn.Sequential([Conv(Channels, Channels, 3), nn.ReLU(), .. Blocks(Channels, 2)]);
        texture = nn.Sequential([Conv(Channels, Channels, 3, stride: 2), nn.ReLU(), .. Blocks(Channels, 2)]);
        change = nn.Sequential(Conv(Channels, Channels, 7), nn.ReLU());
        enlarged = nn.Sequential([Conv(Channels, Channels, 3), .. Blocks(Channels, 1)]);
        decoder = nn.Sequential(
        [
            .. Blocks(2 * Channels, 9), nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest), Conv(2 * Channels, Channels, 3), nn.ReLU(), Conv(Channels, 3, 7),
        ]);
        RegisterComponents();
    }

    /// <summary>How much the motion is enlarged: 1 leaves it.</summary>
    public double Factor { get; set; } = 2;

    /// <summary>The shape of a frame, its change since the onset enlarged; [N, 32, S/2, S/2].</summary>
    /// <param name="onset">[N, 3, S, S] in -1..1; S a multiple of 4.</param>
    /// <param name="frame">Likewise.</param>
    public Tensor Shape(Tensor onset, Tensor frame)
    {
        using var scope = NewDisposeScope();
        return Enlarged(encoder.call(onset), encoder.call(frame)).MoveToOuterDisposeScope();
    }

    /// <summary>The frame with enlarged motion, [N, 3, S, S].</summary>
    public override Tensor forward(Tensor onset, Tensor frame)
    {
        using var scope = NewDisposeScope();
        var seen = encoder.call(frame);
        var fine = nn.functional.interpolate(texture.call(seen), scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        return decoder.call(cat([fine, Enlarged(encoder.call(onset), seen)], 1)).MoveToOuterDisposeScope();
    }

    private Tensor Enlarged(Tensor onset, Tensor frame)
    {
        var (before, after) = (shape.call(onset), shape.call(frame));
        return after + enlarged.call(change.call(after - before) * (Factor - 1));
    }

    private static Sequential Conv(int from, int to, int kernel, int stride = 1) =>
        nn.Sequential(("pad", nn.ReflectionPad2d(kernel / 2)), ("conv", nn.Conv2d(from, to, kernel, stride)));

    private static IEnumerable<nn.Module<Tensor, Tensor>> Blocks(int channels, int count) => Enumerable.Range(0, count).Select(_ => new Block(channels));

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential conv1, conv2;

        public Block(int channels) : base(nameof(Block))
        {
            (conv1, conv2) = (Conv(channels, channels, 3), Conv(channels, channels, 3));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return input.Plus(conv2.call(conv1.call(input).relu_())).MoveToOuterDisposeScope();
        }
    }
}
