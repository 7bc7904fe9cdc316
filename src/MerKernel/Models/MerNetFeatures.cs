using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The intermediate results of a network; the tensors belong to the caller's DisposeScope.</summary>
/// <param name="MotionMap">F_M, [N, C, h, w].</param>
/// <param name="PositionMap">F_POS, [N, C, h, w]; null without a position stream.</param>
/// <param name="AttentionMaps">The maps of each CVA block, first block first; empty for ResNet-18.</param>
/// <param name="Fused">The input of the head: F_M + F_POS, or only F_M.</param>
/// <param name="Embedding">The head's features in front of its last linear layer, [N, 128] at full width.</param>
/// <param name="Logits">[N, classes].</param>
public sealed record MerNetFeatures(
    Tensor MotionMap, Tensor? PositionMap, IReadOnlyList<AttentionMaps> AttentionMaps, Tensor Fused, Tensor Embedding,
    Tensor Logits)
{
    /// <summary>Runs a network on a batch and keeps the results of its parts.</summary>
    public static MerNetFeatures Of(MerNet network, ClipBatch clips)
    {
        using var scope = NewDisposeScope();
        Tensor? motion = null, position = null, fused = null, embedding = null;
        var maps = new List<AttentionMaps>();
        var (hooks, kept) = (new List<Action>(), new HashSet<Tensor>(ReferenceEqualityComparer.Instance));
        try
        {
            After(network.Motion, output => motion = Keep(output));
            if (network.Position is not null) After(network.Position, output => position = Keep(output));
            foreach (var block in network.Motion.modules().OfType<CvaBlock>())
                After(block, output => maps.Add(Keep(output.Maps)));
            hooks.Add(network.Head
                .register_forward_pre_hook((_, input) => (fused = Keep(input.Map), input.ActionUnits)).remove);
            hooks.Add(network.Head.Last.register_forward_pre_hook((_, input) => embedding = Keep(input)).remove);
            var logits = network.call(clips);
            // Both frames went through in one batch.
            if (network.Options.Frames == PositionFrames.OnsetAndApex && position is not null)
                position = position.narrow(0, 0, clips.Onset.size(0))
                    .Plus(position.narrow(0, clips.Onset.size(0), clips.Onset.size(0)));
            var features = new MerNetFeatures(motion!, position, maps, fused!, embedding!, logits);
            foreach (var tensor in features.Named().Select(pair => pair.Tensor).Append(fused!).Append(embedding!)
                .Distinct(ReferenceEqualityComparer.Instance))
                scope.MoveToOuter((Tensor)tensor!);
            return features;
        }
        finally
        {
            hooks.ForEach(remove => remove());
        }

        // Each tensor stays the one that the logits were computed from, so that gradients reach it.
        T Keep<T>(T output)
        {
            foreach (var tensor in output is ITensors several ? several.Tensors : [output as Tensor])
                if (tensor is not null && kept.Add(tensor)) tensor.MoveToOtherDisposeScope(scope);
            return output;
        }

        void After<TInput, TOutput>(nn.Module<TInput, TOutput> module, Action<TOutput> see) =>
            hooks.Add(module.register_forward_hook((_, _, output) =>
            {
                see(output);
                return output;
            }).remove);
    }

    /// <summary>
    /// The tensors under the names they have in files: logits, motion_map, position_map, attention.0.vertical, ...
    /// </summary>
    public IEnumerable<(string Name, Tensor Tensor)> Named()
    {
        yield return ("logits", Logits);
        yield return ("motion_map", MotionMap);
        if (PositionMap is not null) yield return ("position_map", PositionMap);
        for (var block = 0; block < AttentionMaps.Count; block++)
        {
            if (AttentionMaps[block].Vertical is { } vertical) yield return ($"attention.{block}.vertical", vertical);
            if (AttentionMaps[block].Horizontal is { } horizontal)
                yield return ($"attention.{block}.horizontal", horizontal);
        }
    }
}
