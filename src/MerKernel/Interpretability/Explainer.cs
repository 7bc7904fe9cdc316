using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Interpretability;

/// <summary>
/// Looks into a trained network: attention maps, Grad-CAM, attention rollout and the head's features of every clip.
/// </summary>
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
    public static ImmutableArray<ClipExplanation> Explain(MerNet network, Tensor onset, Tensor apex, Tensor actionUnits,
        Tensor labels)
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

    private static IEnumerable<ClipExplanation> Batch(MerNet network, Tensor onset, Tensor apex, Tensor actionUnits,
        Tensor labels)
    {
        var features = MerNetFeatures.Of(network, new ClipBatch(onset, apex, actionUnits));
        var predicted = GradCam.Of(features, features.Logits.argmax(1));
        var actual = GradCam.Of(features, labels);
        var (onsets, apexes) = network.Position is { } stream
            ? (AttentionRollout.Of(stream, onset), AttentionRollout.Of(stream, apex)) : default;
        return [.. Enumerable.Range(0, (int)onset.size(0)).Select(i => new ClipExplanation
        {
            Logits = [.. Values(features.Logits[i])],
            Vertical = [.. features.AttentionMaps.Select(maps => maps.Vertical).OfType<Tensor>()
                .Select(map => Plane(map[i].squeeze(2)))],
            Horizontal = [.. features.AttentionMaps.Select(maps => maps.Horizontal).OfType<Tensor>()
                .Select(map => Plane(map[i].squeeze(1)))],
            PredictedClassMap = Plane(predicted[i]),
            TrueClassMap = Plane(actual[i]),
            OnsetRollout = onsets is null ? null : Plane(onsets.Map[i]),
            ApexRollout = apexes is null ? null : Plane(apexes.Map[i]),
            RolloutPadding = onsets?.Padding ?? [],
            Embedding = [.. Values(features.Embedding[i])],
        })];
    }

    private static float[] Values(Tensor tensor) =>
        tensor.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();

    private static float[,] Plane(Tensor tensor)
    {
        var plane = new float[tensor.size(0), tensor.size(1)];
        Buffer.BlockCopy(Values(tensor), 0, plane, 0, plane.Length * sizeof(float));
        return plane;
    }
}

/// <summary>A network's explanation of one clip, as plain numbers.</summary>
public sealed record ClipExplanation
{
    /// <summary>Logits of the classes.</summary>
    public required ImmutableArray<float> Logits { get; init; }

    /// <summary>Vertical map of each block, [channels, rows]; empty without vertical attention.</summary>
    public required ImmutableArray<float[,]> Vertical { get; init; }

    /// <summary>Horizontal map of each block, [channels, columns]; empty without horizontal attention.</summary>
    public required ImmutableArray<float[,]> Horizontal { get; init; }

    /// <summary>Grad-CAM on F_M for the predicted class, [h, w], at least 0.</summary>
    public required float[,] PredictedClassMap { get; init; }

    /// <summary>Grad-CAM on F_M for the true class, [h, w], at least 0.</summary>
    public required float[,] TrueClassMap { get; init; }

    /// <summary>
    /// Attention rollout of the position stream on the onset frame, [g, g], summing to 1; null without a position
    /// stream.
    /// </summary>
    public float[,]? OnsetRollout { get; init; }

    /// <summary>The same on the apex frame.</summary>
    public float[,]? ApexRollout { get; init; }

    /// <summary>
    /// Share of each attention layer that falls on padding, mean over the batch the clip was in; empty without
    /// a position stream.
    /// </summary>
    public ImmutableArray<double> RolloutPadding { get; init; } = [];

    /// <summary>The head's features in front of its last linear layer.</summary>
    public required ImmutableArray<float> Embedding { get; init; }

    /// <summary>The class with the largest logit.</summary>
    public int Predicted => Logits.IndexOf(Logits.Max());
}

/// <summary>
/// Gradient-weighted class activation maps (Selvaraju et al. 2017): where a feature map speaks for a class. Each
/// channel is weighted by the mean gradient of the class's logit, the weighted channels are added, and negative values
/// are cut off.
/// </summary>
public static class GradCam
{
    /// <summary>The maps of the motion map F_M, [N, h, w], at least 0; as coarse as F_M is.</summary>
    /// <param name="features">
    /// The network's features, with their graph (not under no_grad); the graph is kept for further calls.
    /// </param>
    /// <param name="classes">The class of each sample, int64 [N].</param>
    public static Tensor Of(MerNetFeatures features, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var scores = features.Logits.gather(1, classes.unsqueeze(1)).squeeze(1);
        return Of(features.MotionMap, scores).MoveToOuterDisposeScope();
    }

    /// <summary>The maps of any feature map, [N, h, w], at least 0.</summary>
    /// <param name="features">Feature map [N, C, h, w].</param>
    /// <param name="scores">A score for each sample, [N], computed only from its own features.</param>
    public static Tensor Of(Tensor features, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var gradients = autograd.grad([scores.sum()], [features], retain_graph: true)[0];
        var weights = gradients.mean([2, 3], keepdim: true);
        return (weights * features.detach()).sum(dim: 1).relu().MoveToOuterDisposeScope();
    }
}
