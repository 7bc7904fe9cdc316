using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// Stochastic depth over the residual branches of a transformer: in training a sample's branch is left out with the block's rate and scaled
/// by 1 / (1 - rate) otherwise. All branches of a forward pass are drawn in one call.
/// </summary>
public sealed class StochasticDepth
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
        if (maximum > 0)
        {
            var rates = Enumerable.Range(0, branches).Select(branch => blocks == 1 ? 0 : maximum * (branch / 2) / (blocks - 1)).ToArray();
            survival = new Constant(() => 1 - torch.tensor(rates, dtype: ScalarType.Float64).view(-1, 1));
        }
    }

    /// <summary>Where the draws come from; null is the process's default generator.</summary>
    public Generator? Generator { get; set; }

    /// <summary>Draws for the next batch of a size into a tensor that is the same for every batch of that size.</summary>
    /// <param name="count">Frames in the batch.</param>
    /// <param name="device">Where the network lies.</param>
    public void DrawAhead(long count, Device device)
    {
        if (survival is null) return;
        using var scope = NewDisposeScope();
        var draws = torch.rand([branches, count], ScalarType.Float32, CPU, generator: Generator).to(device, non_blocking: true);
        if (ahead.TryGetValue(count, out next)) next.copy_(draws);
        else ahead[count] = next = draws.DetachFromDisposeScope();
    }

    /// <summary>Draws the factors of every branch: one [N, 1, 1, 1] tensor per branch, attention before MLP; null without stochastic depth.</summary>
    /// <param name="x">The batch, whose first dimension is N.</param>
    public Tensor[]? Draw(Tensor x)
    {
        if (survival is null)
        {
            return null;
        }

        // bfloat16 has too few digits for the draws and the rates, not for the factors.
        var type = x.dtype == ScalarType.BFloat16 ? ScalarType.Float32 : x.dtype;
        var draws = next is not null && next.size(1) == x.size(0) ? next : torch.rand([branches, x.size(0)], type, Generator?.device ?? x.device, generator: Generator).to(x.device);
        var keep = survival.Like(draws);
        return draws.lt(keep).div(keep).to(x.dtype).view(keep.size(0), x.size(0), 1, 1, 1).unbind(0);
    }
}
