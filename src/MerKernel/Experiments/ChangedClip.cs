using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>A clip that one run gets right and another wrong.</summary>
/// <param name="Clip">Id of the clip.</param>
/// <param name="Label">Its true class.</param>
/// <param name="First">Class that the first run predicts.</param>
/// <param name="Second">Class that the second run predicts.</param>
public sealed record ChangedClip(string Clip, int Label, int First, int Second)
{
    /// <summary>Whether the second run is the one that is right.</summary>
    public bool Gained => Second == Label;

    /// <summary>The clips of one subject that changed sides.</summary>
    /// <param name="first">The subject's outcome in the first run.</param>
    /// <param name="second">In the second, clips in the same order.</param>
    public static IEnumerable<ChangedClip> Between(FoldOutcome first, FoldOutcome second) =>
        Enumerable.Range(0, first.Clips.Length).Where(i => (first.Predictions[i] == first.Labels[i]) != (second.Predictions[i] == second.Labels[i]))
            .Select(i => new ChangedClip(first.Clips[i], first.Labels[i], first.Predictions[i], second.Predictions[i]));
}
