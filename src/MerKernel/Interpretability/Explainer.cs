using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Interpretability;

/// <summary>Looks into a trained network: attention maps, Grad-CAM, attention rollout and the head's features of every clip.</summary>
public static class Explainer
{
    // A rollout at 224 pixels holds 40 MB a frame and layer of the first stage.
    private const int BatchSize = 8;

    /// <summary>Explains clips, in their order.</summary>
    /// <param name="network">The trained network; it is put into eval mode.</param>
    /// <param name="onset">Onset frames, normalised, [N, 3, S, S].</param>
    /// <param name="apex">Apex frames, normalised, [N, 3, S, S].</param>
    /// <param name="actionUnits">Action units as 0 or 1, [N, 21].</param>
    /// <param name="labels">True class of each clip, int64 [N].</param>
    public static ImmutableArray<ClipExplanation> Explain(MerNet network, Tensor onset, Tensor apex, Tensor actionUnits, Tensor labels)
    {
        network.eval();
        var clips = ImmutableArray.CreateBuilder<ClipExplanation>();
        for (long first = 0; first < onset.size(0); first += BatchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(BatchSize, onset.size(0) - first);
            Tensor Part(Tensor all) => all.narrow(0, first, count);
            clips.AddRange(Batch(network, Part(onset), Part(apex), Part(actionUnits), Part(labels)));
        }

        return clips.ToImmutable();
    }

    private static IEnumerable<ClipExplanation> Batch(MerNet network, Tensor onset, Tensor apex, Tensor actionUnits, Tensor labels)
    {
        var features = MerNetFeatures.Of(network, new ClipBatch(onset, apex, actionUnits));
        var predicted = GradCam.Of(features, features.Logits.argmax(1));
        var actual = GradCam.Of(features, labels);
        var (onsets, apexes) = network.Position is { } stream ? (AttentionRollout.Of(stream, onset), AttentionRollout.Of(stream, apex)) : default;
        return [.. Enumerable.Range(0, (int)onset.size(0)).Select(i => new ClipExplanation
        {
            Logits = [.. Values(features.Logits[i])],
            Vertical = [.. features.AttentionMaps.Select(maps => maps.Vertical).OfType<Tensor>().Select(map => Plane(map[i].squeeze(2)))],
            Horizontal = [.. features.AttentionMaps.Select(maps => maps.Horizontal).OfType<Tensor>().Select(map => Plane(map[i].squeeze(1)))],
            PredictedClassMap = Plane(predicted[i]),
            TrueClassMap = Plane(actual[i]),
            OnsetRollout = onsets is null ? null : Plane(onsets.Map[i]),
            ApexRollout = apexes is null ? null : Plane(apexes.Map[i]),
            RolloutPadding = onsets?.Padding ?? [],
            Embedding = [.. Values(features.Embedding[i])],
        })];
    }

    private static float[] Values(Tensor tensor) => tensor.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();

    private static float[,] Plane(Tensor tensor)
    {
        var plane = new float[tensor.size(0), tensor.size(1)];
        Buffer.BlockCopy(Values(tensor), 0, plane, 0, plane.Length * sizeof(float));
        return plane;
    }
}
