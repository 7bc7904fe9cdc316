using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The attention of a CVA block (equation 1): a weight per row from the average over the width, a weight per column from the average
/// over the height, or both, each multiplied by the pooled map of the block before.
/// </summary>
public sealed class CoordinateAttention : nn.Module<Tensor, AttentionMaps?, AttentionMaps>
{
    private readonly Conv2d reduce;
    private readonly BatchNorm2d bn;
    private readonly Conv2d? vertical;
    private readonly Conv2d? horizontal;

    [ComponentName(Name = "previous_vertical")]
    private readonly Conv2d? previousVertical;

    [ComponentName(Name = "previous_horizontal")]
    private readonly Conv2d? previousHorizontal;

    private readonly AttentionActivation activation;
    private readonly int height;

    /// <summary>Creates the attention of one block.</summary>
    /// <param name="channels">Channels of the feature map; the strip is reduced to max(8, channels / 32).</param>
    /// <param name="height">Rows of the feature map.</param>
    /// <param name="previousChannels">Channels of the map of the block before, or null when none is multiplied in.</param>
    /// <param name="direction">The maps to compute.</param>
    /// <param name="activation">F_act of equation 3.</param>
    public CoordinateAttention(int channels, int height, int? previousChannels, AttentionDirection direction, AttentionActivation activation)
        : base(nameof(CoordinateAttention))
    {
        var reduced = Math.Max(8, channels / 32);
        reduce = WeightInitialization.Conv(channels, reduced, 1);
        bn = nn.BatchNorm2d(reduced);
        var matchPrevious = previousChannels is { } previous && previous != channels;
        if (direction != AttentionDirection.Horizontal)
        {
            vertical = WeightInitialization.Conv(reduced, channels, 1, bias: true);
            previousVertical = matchPrevious ? WeightInitialization.Conv(previousChannels!.Value, channels, 1) : null;
        }

        if (direction != AttentionDirection.Vertical)
        {
            horizontal = WeightInitialization.Conv(reduced, channels, 1, bias: true);
            previousHorizontal = matchPrevious ? WeightInitialization.Conv(previousChannels!.Value, channels, 1) : null;
        }

        this.activation = activation;
        this.height = height;
        RegisterComponents();
    }

    /// <summary>Computes the maps of a feature map.</summary>
    /// <param name="features">F_conv, [N, C, H, W].</param>
    /// <param name="previous">Maps of the block before, at twice the size; null leaves the new maps as they are.</param>
    public override AttentionMaps forward(Tensor features, AttentionMaps? previous)
    {
        using var scope = NewDisposeScope();
        var rows = vertical is null ? null : features.mean([3], keepdim: true);
        var columns = horizontal is null ? null : features.mean([2], keepdim: true);

        // Both directions share the reduction, so they run as one strip of H + W positions.
        var strip = rows is null ? columns! : columns is null ? rows : cat([rows, columns.transpose(2, 3)], 2);
        var reduced = Activate(bn.call(reduce.call(strip)));
        if (rows is not null && columns is not null)
        {
            rows = reduced.narrow(2, 0, height);
            columns = reduced.narrow(2, height, reduced.size(2) - height).transpose(2, 3);
        }
        else
        {
            (rows, columns) = rows is null ? (null, reduced) : (reduced, (Tensor?)null);
        }

        return new AttentionMaps(
            Map(rows, vertical, previous?.Vertical, previousVertical),
            Map(columns, horizontal, previous?.Horizontal, previousHorizontal)).MoveToOuterDisposeScope();
    }

    private Tensor Activate(Tensor x) => activation == AttentionActivation.HSwish
        ? nn.functional.hardswish(x)
        : (x * x.Plus(3).relu_()).Over(6);

    private static Tensor? Map(Tensor? reduced, Conv2d? restore, Tensor? previous, Conv2d? matchPrevious)
    {
        if (reduced is null)
        {
            return null;
        }

        var map = restore!.call(reduced).sigmoid_();
        if (previous is null)
        {
            return map;
        }

        var pooled = nn.functional.max_pool2d(previous, kernel_size: 3, stride: 2, padding: 1);
        return map * (matchPrevious is null ? pooled : matchPrevious.call(pooled));
    }
}
