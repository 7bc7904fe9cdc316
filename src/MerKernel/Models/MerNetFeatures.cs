using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>What a network computed on its way; the tensors belong to the caller's DisposeScope.</summary>
/// <param name="MotionMap">F_M, [N, C, h, w].</param>
/// <param name="PositionMap">F_POS, [N, C, h, w]; null without a position stream.</param>
/// <param name="AttentionMaps">The maps of each CVA block, first block first; empty for ResNet-18.</param>
/// <param name="Fused">What the head classifies: F_M + F_POS, F_M alone, or ResNet-18's average [N, C].</param>
/// <param name="Embedding">The head's features in front of its last linear layer, [N, 128] at full width.</param>
/// <param name="Logits">[N, classes].</param>
public sealed record MerNetFeatures(
    Tensor MotionMap, Tensor? PositionMap, IReadOnlyList<AttentionMaps> AttentionMaps, Tensor Fused, Tensor Embedding, Tensor Logits)
{
    /// <summary>The tensors under the names they have in files: logits, motion_map, position_map, attention.0.vertical, ...</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Named()
    {
        yield return ("logits", Logits);
        yield return ("motion_map", MotionMap);
        if (PositionMap is not null)
        {
            yield return ("position_map", PositionMap);
        }

        for (var block = 0; block < AttentionMaps.Count; block++)
        {
            if (AttentionMaps[block].Vertical is { } vertical)
            {
                yield return ($"attention.{block}.vertical", vertical);
            }

            if (AttentionMaps[block].Horizontal is { } horizontal)
            {
                yield return ($"attention.{block}.horizontal", horizontal);
            }
        }
    }
}
