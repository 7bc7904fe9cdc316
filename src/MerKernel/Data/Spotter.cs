using MerKernel.Faces;
using MerKernel.Flow;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Where the movement of a clip begins and is strongest, and how strong it is in every frame.</summary>
/// <param name="Onset">Frame, from 0.</param>
/// <param name="Apex">Frame, from 0, behind the onset.</param>
/// <param name="Motion">Smoothed motion of every frame against the first, in pixels of the aligned face.</param>
public sealed record Spotting(int Onset, int Apex, ImmutableArray<double> Motion);

/// <summary>
/// Finds onset and apex where nobody coded them: the magnitude of optical flow (Farneback) of each frame against the
/// first in the regions of brows, eyes and mouth, less the motion of the bridge of the nose, which is the head's,
/// smoothed over neighbouring frames. The apex is the strongest frame, the onset the last one before it that has hardly
/// moved. The numbers are this project's choice.
/// </summary>
public static class Spotter
{
    /// <summary>Side of the aligned frames that it sees.</summary>
    public const int Side = 128;

    const int AssumedNeighbours = 1;
    const double AssumedOnsetShare = 0.2;

    // In inter-ocular distances from the point between the eyes, as CanonicalFace has them.
    static readonly (double Left, double Top, double Right, double Bottom)[] s_moving = [(-1, -0.6, 1, -0.15),
        (-0.85, -0.15, 0.85, 0.2), (-0.65, 0.85, 0.65, 1.5)];

    static readonly (double Left, double Top, double Right, double Bottom) s_rigid = (-0.15, 0.05, 0.15, 0.6);

    /// <summary>Spots onset and apex.</summary>
    /// <param name="frames">
    /// Frames, 8-bit grey, aligned to the first, <see cref="Side"/> pixels wide and high; at least 2.
    /// </param>
    /// <exception cref="ArgumentException">There are fewer, or one is no such frame.</exception>
    public static Spotting Of(IReadOnlyList<Mat> frames)
    {
        if (frames.Count < 2)
            throw new ArgumentException($"Onset and apex are two frames, and there came {frames.Count}.",
                nameof(frames));
        if (frames.FirstOrDefault(f => f.Width != Side || f.Height != Side || f.Type() != MatType.CV_8UC1) is { } other)
            throw new ArgumentException($"A frame is {other.Width} x {other.Height} pixels of type {other.Type()}; " +
                $"aligned 8-bit grey ones of {Side} x {Side} are wanted (NewClip.Spot makes them).", nameof(frames));
        var motion = new double[frames.Count];
        Parallel.For(1, frames.Count, i => motion[i] = Motion(frames[0], frames[i]));
        ImmutableArray<double> smooth =
        [
            .. motion.Select((_, i) => Enumerable.Range(i - AssumedNeighbours, 2 * AssumedNeighbours + 1)
                .Where(j => j >= 0 && j < motion.Length).Average(j => motion[j]))
        ];
        var apex = Enumerable.Range(1, frames.Count - 1).MaxBy(i => smooth[i]);
        // Relative to the stillest frame before the apex: noise moves every frame a little.
        var still = smooth.Take(apex).Min();
        var onset = Enumerable.Range(0, apex)
            .Last(i => smooth[i] <= Math.Max(still, still + AssumedOnsetShare * (smooth[apex] - still)));
        return new(onset, apex, smooth);
    }

    static double Motion(Mat first, Mat frame)
    {
        using var flow = OpticalFlow.Between(first, frame, FlowMethod.Farneback);
        using var nose = new Mat(flow, Region(s_rigid));
        var head = nose.Mean();
        return s_moving.Average(region =>
        {
            using Mat part = new(flow, Region(region)), own = new(), magnitude = new();
            Cv2.Subtract(part, head, own);
            using Mat u = own.ExtractChannel(0), v = own.ExtractChannel(1);
            Cv2.Magnitude(u, v, magnitude);
            return magnitude.Mean().Val0;
        });
    }

    static Rect Region((double Left, double Top, double Right, double Bottom) box)
    {
        int X(double x) => (int)Math.Round(Side * (0.5 + CanonicalFace.InterOcular * x));
        int Y(double y) => (int)Math.Round(Side * (CanonicalFace.EyeHeight + CanonicalFace.InterOcular * y));
        return new(X(box.Left), Y(box.Top), X(box.Right) - X(box.Left), Y(box.Bottom) - Y(box.Top));
    }
}

/// <summary>How far spotted apexes are from the coders', over a data set's clips from onset to offset.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Synthetic">Whether it is synthetic.</param>
/// <param name="Clips">
/// Subject, frames between the spotted and the coded apex, and between the middle of the clip and the coded apex.
/// </param>
public sealed record SpottingErrors(DatasetId Dataset, bool Synthetic,
    ImmutableArray<(string Subject, double Spotted, double Middle)> Clips)
{
    /// <summary>Clips that were not measured, and why; those that a choice leaves out are not among them.</summary>
    public ImmutableArray<DroppedClip> Skipped { get; init; } = [];

    /// <summary>
    /// Spots the apex of every clip whose frames are there; the onset is the first frame that is shown. Clips that
    /// cannot be measured follow the choices of the preparation.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// No clip can be measured, or one cannot and the options say to fail.
    /// </exception>
    public static SpottingErrors Of(DatasetSource source, PreparationOptions options)
    {
        var (layout, sheet) = CodingSheet.Of(source, options);
        using var model = LandmarkModel.Open();
        using var finder = new FaceFinder(model);
        var clips = ImmutableArray.CreateBuilder<(string, double, double)>();
        var skipped = ImmutableArray.CreateBuilder<DroppedClip>();
        var needsFace = PreparationPlan.Aligns(layout, options) && options.NoFace != NoFacePolicy.CentreCrop;
        foreach (var clip in sheet.Clips.Where(c => !options.LeavesOut(c.Id)))
        {
            // The middle of the clip, which stands in for it, is none of the coders'.
            if (clip.Notes.Contains(Clip.NoApex))
            {
                skipped.Add(new(clip.Id, "no apex is coded"));
                continue;
            }
            var entry = PreparationPlan.Of(clip, layout);
            var files = entry.Folder?.Files.Where(f => f.Key >= clip.Onset && f.Key <= clip.Offset).ToList() ?? [];
            if (entry.Unusable is not null || files.Count < 3)
            {
                skipped.Add(new(clip.Id, entry.Unusable ?? "has fewer than three frames from onset to offset"));
                continue;
            }
            try
            {
                var spotted = NewClip.Spot(Recording.Of([.. files.Select(f => f.Value.FullName)]), finder, needsFace);
                clips.Add((clip.Subject, Math.Abs(files[spotted.Apex].Key - clip.Apex),
                    Math.Abs((clip.Onset + clip.Offset) / 2.0 - clip.Apex)));
            }
            catch (UserErrorException e) when (options.NoFace == NoFacePolicy.Drop
                || options.Unusable == UnusableClipPolicy.Drop)
            {
                skipped.Add(new(clip.Id, e.Message.TrimEnd('.')));
            }
        }
        return clips.Count > 0
            ? new(source.Id, layout.Synthetic, clips.ToImmutable()) { Skipped = skipped.ToImmutable() }
            : throw new UserErrorException(
                $"No clip of {source.Id.Title()} in {source.Root} has a coded apex and its frames from onset to " +
                $"offset{(skipped.Count > 0 ? $"; {skipped[0].Clip}: {skipped[0].Reason}" : "")}.");
    }
}
