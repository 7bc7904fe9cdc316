using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// Learned motion magnification (Oh et al. 2018) as AMAN's code ports it, without BatchNorm and with reflected rims: an
/// image is taken apart into texture and shape, the change of shape is enlarged, and the image put together again.
/// Never trained here; it works only with weights from outside.
/// </summary>
public sealed class Magnifier : Layer<(Tensor Onset, Tensor Frame), Tensor>
{
    private const int Channels = 32;

    private readonly Sequential encoder, shape, texture, change, enlarged, decoder;

    /// <summary>Creates the network with random weights.</summary>
    public Magnifier()
    {
        encoder = nn.Sequential(
            [Conv(3, 16, 7), nn.ReLU(), Conv(16, Channels, 3, stride: 2), nn.ReLU(), .. Blocks(Channels, 3)]);
        shape = nn.Sequential([Conv(Channels, Channels, 3), nn.ReLU(), .. Blocks(Channels, 2)]);
        texture = nn.Sequential([Conv(Channels, Channels, 3, stride: 2), nn.ReLU(), .. Blocks(Channels, 2)]);
        change = nn.Sequential(Conv(Channels, Channels, 7), nn.ReLU());
        enlarged = nn.Sequential([Conv(Channels, Channels, 3), .. Blocks(Channels, 1)]);
        decoder = nn.Sequential(
        [
            .. Blocks(2 * Channels, 9), nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest),
            Conv(2 * Channels, Channels, 3), nn.ReLU(), Conv(Channels, 3, 7),
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
    protected override Tensor Forward((Tensor Onset, Tensor Frame) input)
    {
        var seen = encoder.call(input.Frame);
        var fine = nn.functional.interpolate(texture.call(seen), scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        return decoder.call(cat([fine, Enlarged(encoder.call(input.Onset), seen)], 1));
    }

    private Tensor Enlarged(Tensor onset, Tensor frame)
    {
        var (before, after) = (shape.call(onset), shape.call(frame));
        return after.Plus(enlarged.call(change.call(after - before).Times(Factor - 1)));
    }

    private static Sequential Conv(int from, int to, int kernel, int stride = 1) =>
        nn.Sequential(("pad", nn.ReflectionPad2d(kernel / 2)), ("conv", new Conv2d(from, to, kernel, stride)));

    private static IEnumerable<Module> Blocks(int channels, int count) =>
        Enumerable.Range(0, count).Select(_ => new Block(channels));

    private sealed class Block : Layer
    {
        private readonly Sequential conv1, conv2;

        public Block(int channels)
        {
            (conv1, conv2) = (Conv(channels, channels, 3), Conv(channels, channels, 3));
            RegisterComponents();
        }

        protected override Tensor Forward(Tensor x) => x.Plus(conv2.call(conv1.call(x).relu_()));
    }
}

/// <summary>
/// Enlarges the motion between two frames: with the learned magnifier where there are weights for it, else linearly.
/// </summary>
sealed class Magnification : IDisposable
{
    static readonly Scalar s_black = 0, s_white = 255;

    readonly Magnifier? _learned;

    /// <param name="weights">The magnifier's weights; null magnifies linearly.</param>
    public Magnification(PretrainedWeights? weights)
    {
        if (weights is null) return;
        _learned = Network.Build(() => new Magnifier(), seed: 1);
        PretrainedStart.Load(_learned, weights, "the magnifier");
        _learned.eval();
    }

    /// <summary>Whether the learned magnifier is at work.</summary>
    public bool Learned => _learned is not null;

    /// <summary>The frame with its motion since the onset enlarged, in 0..255.</summary>
    /// <param name="onset">[1, 3, S, S] in 0..255.</param>
    /// <param name="frame">Likewise.</param>
    /// <param name="factor">How much.</param>
    public Tensor Of(Tensor onset, Tensor frame, float factor)
    {
        using var scope = NewDisposeScope();
        if (_learned is null)
            return onset.Plus((frame - onset).Times(factor)).clamp_(s_black, s_white).MoveToOuterDisposeScope();
        _learned.Factor = factor;
        return _learned.call((Scaled(onset), Scaled(frame))).Plus(1).Times(127.5).clamp_(s_black, s_white)
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The magnified shape as graph networks see it: each channel scaled to 0..1, their mean enlarged; [side, side],
    /// row by row.
    /// </summary>
    public float[] Shape(Tensor onset, Tensor frame, float factor, int side)
    {
        using var scope = NewDisposeScope();
        _learned!.Factor = factor;
        var shape = _learned.Shape(Scaled(onset), Scaled(frame));
        var (low, high) = (shape.amin([2, 3], keepdim: true), shape.amax([2, 3], keepdim: true));
        var mean = ((shape - low) / (high - low).AtLeast(1e-6)).mean([1], keepdim: true);
        return nn.functional.interpolate(mean, [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
            .contiguous().data<float>().ToArray();
    }

    static Tensor Scaled(Tensor frame) => frame.Over(127.5).Plus(-1);

    public void Dispose() => _learned?.Dispose();
}
