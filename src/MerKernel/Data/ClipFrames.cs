namespace MerKernel.Data;

/// <summary>The frames of a clip that training may draw.</summary>
/// <param name="Onset">Frame numbers from the onset on; the first is the onset.</param>
/// <param name="Apex">Frame numbers from the apex backwards; the first is the apex.</param>
public sealed record ClipFrames(ImmutableArray<int> Onset, ImmutableArray<int> Apex)
{
    /// <summary>Every number once, onset side first.</summary>
    public ImmutableArray<int> All => [.. Onset.Concat(Apex).Distinct()];

    /// <summary>How far from onset and apex a training frame may lie: int(0.15 * (apex - onset) / 4), as in the published code.</summary>
    public static int Reach(Clip clip) => Math.Max(0, (int)(0.15 * (clip.Apex - clip.Onset) / 4));

    /// <summary>Onset and apex, and their neighbours within <see cref="Reach"/> that exist on disk.</summary>
    public static ClipFrames Of(Clip clip, Func<int, bool> exists)
    {
        var steps = Enumerable.Range(1, Reach(clip)).ToArray();
        return new ClipFrames(
            [clip.Onset, .. steps.Select(i => clip.Onset + i).Where(exists)],
            [clip.Apex, .. steps.Select(i => clip.Apex - i).Where(exists)]);
    }
}
