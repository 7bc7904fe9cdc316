namespace MerKernel.Data;

/// <summary>The frames of a clip that training may draw.</summary>
/// <param name="Onset">Frame numbers from the onset on; the first is the onset.</param>
/// <param name="Apex">Frame numbers from the apex backwards; the first is the apex.</param>
public sealed record ClipFrames(ImmutableArray<int> Onset, ImmutableArray<int> Apex)
{
    /// <summary>Every number once, onset side first.</summary>
    public ImmutableArray<int> All => [.. Onset.Concat(Apex).Distinct()];

    /// <summary>
    /// Onset, apex and offset, and frames between them: shared between the rise to the apex and the fall behind it in
    /// proportion to their durations, and at even distances in each; frame numbers that need not be whole. An offset
    /// before the apex counts as the apex.
    /// </summary>
    /// <param name="clip">The clip.</param>
    /// <param name="between">Frames besides onset, apex and offset.</param>
    public static ImmutableArray<double> Key(Clip clip, int between)
    {
        double rise = Math.Max(0, clip.Apex - clip.Onset), fall = Math.Max(0, clip.Offset - clip.Apex);
        var rising = rise + fall == 0
            ? between
            : (int)Math.Round(between * rise / (rise + fall), MidpointRounding.AwayFromZero);
        return
        [
            .. Enumerable.Range(0, rising + 1).Select(k => clip.Onset + rise * k / (rising + 1)),
            .. Enumerable.Range(0, between - rising + 1).Select(k => clip.Apex + fall * k / (between - rising + 1)),
            clip.Apex + fall,
        ];
    }

    /// <summary>
    /// How far from onset and apex a training frame may lie: int(0.15 * (apex - onset) / 4), as in the published code.
    /// </summary>
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
