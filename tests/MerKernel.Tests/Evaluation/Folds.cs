using System.Collections.Immutable;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

/// <summary>Folds written as decisions: one string of class digits per epoch.</summary>
static class Folds
{
    /// <summary>A fold with the given labels ("0012") and, for each epoch, the predicted classes.</summary>
    public static FoldPrediction Of(string subject, string labels, params string[] epochs) => new()
    {
        Subject = subject,
        Clips = [.. labels.Select((_, i) => $"{subject}/{i}")],
        Labels = Digits(labels),
        Logits = [.. epochs.Select(e => Logits(e))],
        TrainingLoss = [.. epochs.Select(_ => 1f)],
    };

    public static ImmutableArray<int> Digits(string digits) => [.. digits.Select(c => c - '0')];

    /// <summary>Logits [clip, class] whose largest is at the given digit.</summary>
    public static ImmutableArray<ImmutableArray<float>> Logits(string predictions, float confidence = 1,
        int classes = 3) =>
            [.. predictions.Select(c =>
                Enumerable.Range(0, classes).Select(k => k == c - '0' ? confidence : 0f).ToImmutableArray())];
}
