using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Dropout that draws from a given generator, which libtorch's own cannot.</summary>
/// <param name="rate">Share of values set to zero in training; the others are scaled by 1 / (1 - rate).</param>
/// <param name="channels">Whether whole channels of [N, C, ...] go together (Tompson et al. 2015).</param>
public sealed class SeededDropout(double rate, bool channels = false) : Layer, IDraws
{
    /// <inheritdoc/>
    public Generator? Generator { get; set; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (!training || rate == 0) return x.alias();
        long[] shape = channels ? [.. x.shape.Select((side, i) => i < 2 ? side : 1)] : x.shape;
        using Scalar dropped = rate;
        var draw = rand(shape, ScalarType.Float32, Generator?.device ?? x.device, generator: Generator)
            .ge(dropped).to(x.device);
        return x.mul(draw.to_type(x.dtype)).Over(1 - rate);
    }
}

/// <summary>
/// Stochastic depth over the residual branches of a transformer: in training a sample's branch is left out with the
/// block's rate and scaled by 1 / (1 - rate) otherwise. All branches of a forward pass are drawn in one call.
/// </summary>
public sealed class StochasticDepth : IDraws
{
    private readonly Constant? survival;
    private readonly Dictionary<long, Tensor> ahead = [];
    private readonly int branches;
    private Tensor? next;

    /// <summary>Sets the rates.</summary>
    /// <param name="maximum">Rate of the last block; the first block has 0, the others lie on the line between.</param>
    /// <param name="blocks">Number of blocks, each with two branches.</param>
    public StochasticDepth(double maximum, int blocks)
    {
        branches = 2 * blocks;
        if (maximum <= 0) return;
        var rates = Enumerable.Range(0, branches)
            .Select(branch => blocks == 1 ? 0 : maximum * (branch / 2) / (blocks - 1)).ToArray();
        survival = new Constant(() =>
            torch.tensor(rates.Select(rate => 1 - rate).ToArray(), dtype: ScalarType.Float64).view(-1, 1));
    }

    /// <inheritdoc/>
    public Generator? Generator { get; set; }

    /// <summary>
    /// Draws for the next batch of a size into a tensor that is the same for every batch of that size.
    /// </summary>
    /// <param name="count">Frames in the batch; 0 draws for no batch, and each draws for itself again.</param>
    /// <param name="device">Where the network lies.</param>
    public void DrawAhead(long count, Device device)
    {
        next = null;
        if (survival is null || count == 0) return;
        using var scope = NewDisposeScope();
        var draws = rand([branches, count], ScalarType.Float32, CPU, generator: Generator)
            .to(device, non_blocking: true);
        if (ahead.TryGetValue(count, out next)) next.copy_(draws);
        else ahead[count] = next = draws.DetachFromDisposeScope();
    }

    /// <summary>
    /// Draws the factors of every branch: one [N, 1, 1, 1] tensor per branch, attention before MLP; null without
    /// stochastic depth.
    /// </summary>
    /// <param name="x">The batch, whose first dimension is N.</param>
    public Tensor[]? Draw(Tensor x)
    {
        if (survival is null) return null;
        // The same draws in every precision; bfloat16 has too few digits for them and the rates, not for the factors.
        var drawn = next is not null && next.size(1) == x.size(0);
        var draws = drawn ? next! : rand([branches, x.size(0)], ScalarType.Float32, Generator?.device ?? x.device,
            generator: Generator).to(x.device);
        var keep = survival.Like(draws);
        return draws.lt(keep).div(keep).to(x.dtype).view(keep.size(0), x.size(0), 1, 1, 1).unbind(0);
    }
}
