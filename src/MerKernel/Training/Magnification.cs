using MerKernel.Models;
using MerKernel.Models.Peers;
using MerKernel.Weights;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Enlarges the motion between two frames: with the learned magnifier where there are weights for it, else linearly.</summary>
sealed class Magnification : IDisposable
{
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
        if (_learned is null) return (onset + factor * (frame - onset)).clamp_(0, 255).MoveToOuterDisposeScope();
        _learned.Factor = factor;
        return _learned.call(Scaled(onset), Scaled(frame)).add_(1).mul_(127.5).clamp_(0, 255).MoveToOuterDisposeScope();
    }

    /// <summary>The magnified shape as graph networks see it: each channel scaled to 0..1, their mean enlarged; [side, side], row by row.</summary>
    public float[] Shape(Tensor onset, Tensor frame, float factor, int side)
    {
        using var scope = NewDisposeScope();
        _learned!.Factor = factor;
        var shape = _learned.Shape(Scaled(onset), Scaled(frame));
        var (low, high) = (shape.amin([2, 3], keepdim: true), shape.amax([2, 3], keepdim: true));
        var mean = ((shape - low) / (high - low).clamp(min: 1e-6)).mean([1], keepdim: true);
        return nn.functional.interpolate(mean, [side, side], mode: InterpolationMode.Bilinear, align_corners: false).contiguous().data<float>().ToArray();
    }

    static Tensor Scaled(Tensor frame) => frame / 127.5 - 1;

    /// <inheritdoc/>
    public void Dispose() => _learned?.Dispose();
}
