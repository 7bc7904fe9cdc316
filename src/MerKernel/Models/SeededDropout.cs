using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Dropout that draws from a given generator: libtorch's own draws from the process's, so that a fold would depend on the folds beside it.</summary>
/// <param name="rate">Share of values set to zero in training; the others are scaled by 1 / (1 - rate).</param>
public sealed class SeededDropout(double rate) : nn.Module<Tensor, Tensor>(nameof(SeededDropout))
{
    /// <summary>Where the draws come from; null is the process's default generator.</summary>
    public Generator? Generator { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (!training || rate == 0)
        {
            return input.alias();
        }

        using var scope = NewDisposeScope();
        var draw = rand(input.shape, ScalarType.Float32, Generator?.device ?? input.device, generator: Generator).ge(rate).to(input.device);
        return input.mul(draw.to_type(input.dtype)).Over(1 - rate).MoveToOuterDisposeScope();
    }
}
