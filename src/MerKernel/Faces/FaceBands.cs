using OpenCvSharp;

namespace MerKernel.Faces;

/// <summary>A horizontal band of a face crop.</summary>
/// <param name="Name">Its part of the face.</param>
/// <param name="Top">Upper edge as a fraction of the crop's height.</param>
/// <param name="Bottom">Lower edge likewise.</param>
public sealed record FaceBand(string Name, double Top, double Bottom)
{
    /// <summary>Fraction of the crop's height.</summary>
    public double Height => Bottom - Top;
}

/// <summary>
/// The rows of a face crop by part of the face: forehead, eyebrows, eyes, nose, mouth, chin. A band ends half-way
/// between the landmarks of its own part and those of the next.
/// </summary>
public static class FaceBands
{
    /// <summary>The bands of the mean of some faces.</summary>
    /// <param name="faces">The 68 landmarks of each face, in pixels of crops of one size.</param>
    /// <param name="size">Side of the crops in pixels.</param>
    /// <exception cref="ArgumentException">There is no face.</exception>
    public static ImmutableArray<FaceBand> Of(IReadOnlyCollection<IReadOnlyList<Point2f>> faces, int size)
    {
        if (faces.Count == 0) throw new ArgumentException("Bands need at least one face.", nameof(faces));
        double Height(int first, int last) =>
            faces.Average(f => Enumerable.Range(first, last - first + 1).Average(i => (f[i].Y + 0.5) / size));
        var (brows, eyes, nose, mouth) = (Height(17, 26), Height(36, 47), Height(31, 35), Height(48, 67));
        double[] edges =
        [
            0, Math.Max(0, brows - (eyes - brows) / 2), (brows + eyes) / 2, (eyes + nose) / 2, (nose + mouth) / 2,
            Math.Min(1, mouth + (mouth - nose) / 2), 1,
        ];
        return [.. new[] { "forehead", "eyebrows", "eyes", "nose", "mouth", "chin" }
            .Select((name, i) => new FaceBand(name, edges[i], edges[i + 1]))];
    }

    /// <summary>
    /// The share of a column of weights that falls into a band; a row that the band's edge cuts counts in part.
    /// </summary>
    /// <param name="band">The band.</param>
    /// <param name="rows">Weights, at least 0, of rows of equal height from top to bottom.</param>
    public static double Share(this FaceBand band, IReadOnlyList<double> rows)
    {
        var total = rows.Sum();
        var inside = 0.0;
        for (var i = 0; i < rows.Count; i++)
        {
            var covered = Math.Min(band.Bottom, (i + 1.0) / rows.Count) - Math.Max(band.Top, (double)i / rows.Count);
            inside += Math.Max(0, covered) * rows.Count * rows[i];
        }
        return inside / total;
    }
}
