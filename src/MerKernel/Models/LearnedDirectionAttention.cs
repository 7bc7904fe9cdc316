using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// FaceSleuth's single-orientation attention (SOA) in the place of <see cref="CoordinateAttention"/>: the average along a learned direction, 1x1 convolution to
/// max(8, C / 16) channels, ReLU, 1x1 convolution back, sigmoid, times the pooled map of the block before. No BatchNorm and no bias (published code).
/// </summary>
public sealed class LearnedDirectionAttention : nn.Module<Tensor, AttentionMaps?, AttentionMaps>
{
    private readonly LearnedDirection direction;
    private readonly Conv2d reduce;
    private readonly Conv2d restore;

    [ComponentName(Name = "previous_vertical")]
    private readonly Conv2d? previousVertical;

    /// <summary>Creates the attention of one block.</summary>
    /// <param name="channels">Channels C of the feature map.</param>
    /// <param name="previousChannels">Channels of the map of the block before, or null when none is multiplied in.</param>
    /// <param name="reading">What the angle means.</param>
    public LearnedDirectionAttention(int channels, int? previousChannels, AngleReading reading) : base(nameof(LearnedDirectionAttention))
    {
        var reduced = Math.Max(8, channels / 16);
        direction = new LearnedDirection(reading);
        reduce = WeightInitialization.Conv(channels, reduced, 1);
        restore = WeightInitialization.Conv(reduced, channels, 1);
        previousVertical = previousChannels is { } previous && previous != channels ? WeightInitialization.Conv(previous, channels, 1) : null;
        RegisterComponents();
    }

    /// <summary>Computes the map, one weight per row as in vertical attention.</summary>
    /// <param name="features">F_conv, [N, C, H, W].</param>
    /// <param name="previous">Map of the block before, at twice the size; null leaves the new map as it is.</param>
    public override AttentionMaps forward(Tensor features, AttentionMaps? previous)
    {
        using var scope = NewDisposeScope();
        var map = restore.call(reduce.call(direction.call(features)).relu_()).sigmoid_();
        if (previous?.Vertical is { } before)
        {
            var pooled = nn.functional.max_pool2d(before, kernel_size: 3, stride: 2, padding: 1);
            map = map * (previousVertical is null ? pooled : previousVertical.call(pooled));
        }

        return new AttentionMaps(map, null).MoveToOuterDisposeScope();
    }
}
