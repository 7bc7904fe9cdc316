using MerKernel.Data;
using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Reporting.Pictures;

/// <summary>Where the parts of the face lie in a data set's prepared frames, from the landmarks of one clip of each subject.</summary>
/// <param name="Points">The mean of the 68 landmarks, as fractions of the crop.</param>
/// <param name="Bands">The rows of the crop by part of the face.</param>
/// <param name="Faces">How many faces it is the mean of.</param>
public sealed record MeanFace(ImmutableArray<Point2f> Points, ImmutableArray<FaceBand> Bands, int Faces)
{
    /// <summary>Finds the landmarks of the first clip of each subject at the paper's 224 pixels, whatever size the networks see.</summary>
    public static MeanFace Of(Study study, DatasetId dataset)
    {
        var options = study.Bench.Preparation(dataset);
        var clips = study.Bench.Dataset(dataset).Clips.DistinctBy(c => c.Subject).Select(c => c.Id);
        var views = ClipView.Open(study.Bench.Source(dataset), clips, options);
        try
        {
            var faces = views.Select(v => v.Landmarks).Where(l => l.Length == 68).ToArray();
            if (faces.Length == 0) throw new UserErrorException($"No face was found in the frames of {dataset.Title()}; look at them with 'mer data show'.");
            return new MeanFace(
                [.. Enumerable.Range(0, 68).Select(i => new Point2f(faces.Average(f => f[i].X) / options.Size, faces.Average(f => f[i].Y) / options.Size))],
                FaceBands.Of([.. faces.Select(f => (IReadOnlyList<Point2f>)f)], options.Size), faces.Length);
        }
        finally
        {
            foreach (var view in views) view.Dispose();
        }
    }

    /// <summary>The landmarks as dots on grey: what stands below a map where no face may be shown.</summary>
    public Mat Outline(int side)
    {
        var image = new Mat(side, side, MatType.CV_8UC3, Scalar.All(128));
        foreach (var p in Points) Cv2.Circle(image, new Point(p.X * side, p.Y * side), Math.Max(1, side / 90), Scalar.All(235), -1, LineTypes.AntiAlias);
        return image;
    }
}
