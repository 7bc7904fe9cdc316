using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Interpretability;

/// <summary>
/// Attention rollout (Abnar and Zuidema 2020): the attention of all layers multiplied from the output to the patches,
/// each layer's residual connection counted as attention to oneself with weight 1/2. Windows are put back into the
/// image, patch merging passes a position's share on to its fields in equal parts, and attention to padding is left out
/// (and reported).
/// </summary>
public static class AttentionRollout
{
    /// <summary>
    /// Runs frames through a Swin or a ViT and rolls its attention out, averaged over the output's positions.
    /// </summary>
    /// <param name="stream">The position stream, in eval mode.</param>
    /// <param name="frames">Normalised frames [N, 3, S, S].</param>
    public static Rollout Of(nn.Module<Tensor, Tensor> stream, Tensor frames)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var steps = Record(stream, frames);
        try
        {
            var (map, padding) = Roll(steps);
            return new Rollout(map.MoveToOuterDisposeScope(), padding);
        }
        finally
        {
            steps.ForEach(step => step.Attention?.Dispose());
        }
    }

    /// <summary>
    /// Each layer's attention, or the side of the map that is merged, in the order in which they happen.
    /// </summary>
    private static List<(Tensor? Attention, int MergedSide)> Record(nn.Module<Tensor, Tensor> stream, Tensor frames)
    {
        var steps = new List<(Tensor?, int)>();
        var removals = new List<Action>();
        foreach (var (_, module) in stream.named_modules())
        {
            if (module is IAttends attention)
            {
                // A hook's tensors would die with the DisposeScope of the layer around it.
                Hook(module, input => steps.Add((attention.Attend(input).DetachFromDisposeScope(), 0)));
            }
            else if (module is PatchMerging)
            {
                Hook(module, input => steps.Add((null, (int)input.size(1))));
            }
        }

        stream.call(frames).Dispose();
        removals.ForEach(remove => remove());
        return steps;

        void Hook(nn.Module module, Action<Tensor> seen) =>
            removals.Add(((nn.Module<Tensor, Tensor>)module).register_forward_hook((_, input, output) =>
            {
                seen(input);
                return output;
            }).remove);
    }

    private static (Tensor Map, ImmutableArray<double> Padding) Roll(List<(Tensor? Attention, int MergedSide)> steps)
    {
        var padding = new Stack<double>();
        Tensor? share = null;
        foreach (var (attention, side) in Enumerable.Reverse(steps))
        {
            if (attention is null)
            {
                share = Unmerge(share!, side);
                continue;
            }

            var kept = attention.sum(-1);
            padding.Push(1 - kept.mean().to_type(ScalarType.Float64).item<double>());
            share ??= torch.ones_like(kept).Over(kept.size(1));
            share = share.Plus((share / kept).unsqueeze(1).matmul(attention).squeeze(1)).Over(2);
        }

        var grid = (int)Math.Round(Math.Sqrt(share!.size(1)));
        return (share.view(-1, grid, grid), [.. padding]);
    }

    /// <summary>From the positions after a patch merging to the up to four fields that each was made of.</summary>
    private static Tensor Unmerge(Tensor share, int side)
    {
        var half = (side + 1) / 2;
        using Scalar two = 2;
        var along = torch.full([half], two, share.dtype, share.device);
        if (side % 2 == 1)
            along[half - 1] = 1;

        var each = share.view(-1, half, half) / along.unsqueeze(0) / along.unsqueeze(1);
        return each.repeat_interleave(2, 1).repeat_interleave(2, 2).narrow(1, 0, side).narrow(2, 0, side)
            .reshape(-1, side * side);
    }
}

/// <summary>Where the output of a position stream comes from, as far as its attention tells.</summary>
/// <param name="Map">
/// Share of each patch of the image, [N, g, g], summing to 1 over each image; belongs to the caller's DisposeScope.
/// </param>
/// <param name="Padding">
/// For each attention layer, first layer first, the share of its attention that falls on padding; 0 where windows tile
/// the map.
/// </param>
public sealed record Rollout(Tensor Map, ImmutableArray<double> Padding);
