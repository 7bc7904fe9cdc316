using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>Flow maps as the flow networks read them from image files.</summary>
internal static class FlowImages
{
    /// <summary>Channels of a <see cref="FlowInput"/>.</summary>
    public const int U = 0, V = 1, Magnitude = 2, Strain = 3;

    /// <summary>Scales each map of each clip from its smallest value to its largest onto 0..255; a map without motion becomes 0.</summary>
    /// <param name="flow">[N, 4, S, S].</param>
    /// <param name="channels">Which maps, in the order they are wanted.</param>
    public static Tensor Scaled(Tensor flow, params int[] channels)
    {
        var maps = stack([.. channels.Select(c => flow.select(1, c))], 1);
        var (low, high) = (maps.amin([2, 3], keepdim: true), maps.amax([2, 3], keepdim: true));
        return (maps - low) * (255 / (high - low).clamp(min: 1e-6));
    }
}
