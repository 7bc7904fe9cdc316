using System.Runtime.InteropServices;
using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Reports.Pictures;

/// <summary>A picture and its description in words, for those who cannot see it.</summary>
/// <param name="Image">The picture, BGR.</param>
/// <param name="AltText">Its description.</param>
[TypeFormatterSource(typeof(PictureFormatters), PreferredMimeTypes = ["image/png", "text/plain"])]
public sealed record Picture(Mat Image, string AltText)
{
    // A kept notebook stores it: the default files are more than twice as large.
    internal byte[] Png => Image.ToBytes(".png", new ImageEncodingParam(ImwriteFlags.PngCompression, 9));
}

/// <summary>The formatters of <see cref="Picture"/>: the picture, and its words.</summary>
public sealed class PictureFormatters
{
    /// <summary>Makes them.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
        [ValueFormatter.Of<Picture>("image/png", p => Convert.ToBase64String(p.Png)),
            ValueFormatter.Of<Picture>("text/plain", p => p.AltText)];
}

/// <summary>Pictures in rows and columns with headings, small enough for a notebook that is kept.</summary>
static class PictureGrid
{
    const int Gap = 8, Title = 28, Line = 17;
    const double TitleScale = 0.5, RowScale = 0.4, HeadingScale = 0.38, SmallScale = 0.36;

    static readonly Scalar Ink = new(30, 30, 30), Faint = new(110, 110, 110), Paper = new(255, 255, 255);

    /// <summary>A picture and its caption below it, a line each.</summary>
    public sealed record Tile(Mat Image, string Caption = "");

    /// <summary>A row of tiles and its caption above it.</summary>
    public sealed record Row(string Caption, IReadOnlyList<Tile> Tiles);

    /// <summary>
    /// Draws the tiles and disposes of their pictures. A column is as wide as its widest tile, heading or caption, so
    /// that each is at its own picture and none runs into the next.
    /// </summary>
    /// <param name="title">Its heading.</param>
    /// <param name="subtitle">Of which data; a line each.</param>
    /// <param name="columns">Headings of the columns; empty for none.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="side">
    /// Height of a tile in pixels; its width follows from its picture. Small pictures keep their pixels, which a kept
    /// notebook stores in little space.
    /// </param>
    public static Picture Draw(string title, string subtitle, IReadOnlyList<string> columns, IReadOnlyList<Row> rows,
        int side = 96)
    {
        var lines = subtitle.Split('\n');
        var texts = lines.Select(l => SheetText.Width(l, SmallScale)).Append(SheetText.Width(title, TitleScale))
            .Concat(rows.Select(r => SheetText.Width(r.Caption, RowScale)));
        int[] wide = [.. Enumerable.Range(0, rows.Max(r => r.Tiles.Count))
            .Select(c => ColumnWidth(c, columns, rows, side))];
        int[] left = [.. wide.Select((_, c) => Gap + wide.Take(c).Sum(w => w + Gap))];
        var width = Math.Max(left[^1] + wide[^1] + Gap, texts.Max() + Gap + SheetText.Margin);
        var head = Title + Line * lines.Length;
        var top = head + (columns.Count > 0 ? Line : Gap / 2);
        var sheet = new Mat(top + rows.Sum(r => Height(r, side)) + Gap, width, MatType.CV_8UC3, Paper);
        SheetText.Write(sheet, title, Gap, 20, TitleScale, Ink);
        for (var i = 0; i < lines.Length; i++)
            SheetText.Write(sheet, lines[i], Gap, Title + 10 + i * Line, SmallScale, Faint);
        foreach (var (x, name) in left.Zip(columns))
            SheetText.Write(sheet, name, x, head + 11, HeadingScale, Ink, width);
        var y = top;
        foreach (var row in rows)
        {
            if (row.Caption.Length > 0) SheetText.Write(sheet, row.Caption, Gap, y + 12, RowScale, Ink);
            y += row.Caption.Length > 0 ? Line : 0;
            foreach (var (x, tile) in left.Zip(row.Tiles))
            {
                var size = new Size(Width(tile, side), side);
                using (tile.Image)
                using (var shown = tile.Image.Resize(size, 0, 0,
                    tile.Image.Rows > side ? InterpolationFlags.Area : InterpolationFlags.Nearest))
                using (var target = new Mat(sheet, new Rect(new(x, y), size)))
                    shown.CopyTo(target);
                foreach (var (i, line) in tile.Caption.Split('\n').Index())
                    SheetText.Write(sheet, line, x, y + side + 13 + i * Line, SmallScale, Faint, width);
            }
            y += Height(row, side) - (row.Caption.Length > 0 ? Line : 0);
        }
        return new(sheet, InWords(title, lines, columns, rows));
    }

    static string InWords(string title, IEnumerable<string> lines, IEnumerable<string> columns, IEnumerable<Row> rows)
    {
        static string Joined(IEnumerable<string> parts) => string.Join(", ", parts.Where(p => p.Length > 0));
        var text = string.Join(" ", lines.Prepend(title).Select(l => l.TrimEnd('.') + "."));
        if (Joined(columns) is { Length: > 0 } across) text += $" Columns: {across}.";
        return $"{text} Rows: " +
            $"{string.Join("; ", rows.Select(r => r.Caption.Length > 0 ? r.Caption
                : Joined(r.Tiles.Select(t => t.Caption.Replace("\n", ": ")))))}.";
    }

    static int ColumnWidth(int column, IReadOnlyList<string> columns, IReadOnlyList<Row> rows, int side)
    {
        var tiles = rows.Where(r => column < r.Tiles.Count).Select(r => r.Tiles[column]).ToList();
        return tiles.Select(t => Width(t, side))
            .Concat(tiles.SelectMany(t => t.Caption.Split('\n')).Select(line => SheetText.Width(line, SmallScale)))
            .Append(column < columns.Count ? SheetText.Width(columns[column], HeadingScale) : 0).Max();
    }

    static int Width(Tile tile, int side) => (int)Math.Round(side * (double)tile.Image.Cols / tile.Image.Rows);

    static int Height(Row row, int side) =>
        (row.Caption.Length > 0 ? Line : 0) + side + Gap
        + Line * row.Tiles.Max(t => t.Caption.Length > 0 ? t.Caption.Split('\n').Length : 0);
}

/// <summary>Which values the colours of a map mean.</summary>
/// <param name="Least">The value of the first colour.</param>
/// <param name="Most">The value of the last.</param>
/// <param name="Diverges">Whether they run from blue over white at 0 to red, not from dark to light.</param>
sealed record MapScale(float Least, float Most, bool Diverges)
{
    /// <summary>The scale between the ends of all maps; around 0, equally far, where they have both signs.</summary>
    public static MapScale Of(IReadOnlyList<float[,]> maps)
    {
        var ends = maps.Select(MapPicture.Ends).ToList();
        var (least, most) = (ends.Min(e => e.Least), ends.Max(e => e.Most));
        var reach = Math.Max(-least, most);
        return least < 0 && most > 0 ? new(-reach, reach, true) : new(least, most, false);
    }
}

/// <summary>Maps over faces. The colour scale (viridis) runs from dark to light, so it also reads in grey.</summary>
static class MapPicture
{
    /// <summary>
    /// A map over a picture, stretched between its smallest and largest value, which the caption must name.
    /// </summary>
    /// <param name="map">Map [rows, columns]; one row or column is spread over the picture.</param>
    /// <param name="under">The picture below, BGR.</param>
    /// <param name="smooth">Whether the map is interpolated; false shows its own cells.</param>
    public static Mat Over(float[,] map, Mat under, bool smooth)
    {
        using var heat = Colours(map, MapScale.Of([map]), under.Size(), smooth);
        using Mat grey = under.CvtColor(ColorConversionCodes.BGR2GRAY),
            below = grey.CvtColor(ColorConversionCodes.GRAY2BGR);
        var over = new Mat();
        Cv2.AddWeighted(heat, 0.6, below, 0.4, 0, over);
        return over;
    }

    /// <summary>The picture with the map as a strip to its right: the network's factor for each row.</summary>
    public static Mat WithStrip(float[,] rows, Mat picture)
    {
        var strip = Math.Max(4, picture.Cols / 8);
        using var heat = Colours(rows, MapScale.Of([rows]), new Size(strip, picture.Rows), smooth: false);
        using var gap = new Mat(picture.Rows, Math.Max(1, strip / 3), MatType.CV_8UC3, Scalar.All(255));
        var joined = new Mat();
        Cv2.HConcat([picture, gap, heat], joined);
        return joined;
    }

    /// <summary>A map in the colours of a scale, cell by cell.</summary>
    public static Mat Colours(float[,] map, MapScale scale) =>
        Colours(map, scale, new Size(map.GetLength(1), map.GetLength(0)), smooth: false);

    /// <summary>The smallest and largest value of a map, for its caption.</summary>
    public static string Range(float[,] map)
    {
        var (least, most) = Ends(map);
        var (from, to) = Written(least, most);
        return $"{from} .. {to}";
    }

    /// <summary>Two digits are enough to read a colour by, or as many as tell the ends apart.</summary>
    public static (string Least, string Most) Written(float least, float most)
    {
        static string Number(float value, int digits) =>
            value.ToString($"G{digits}", CultureInfo.InvariantCulture) is var number && !number.Contains('E')
                ? number : value.ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture);
        var digits = least == most
            ? 2
            : Enumerable.Range(2, 8).First(n => n == 9 || Number(least, n) != Number(most, n));
        return (Number(least, digits), Number(most, digits));
    }

    /// <summary>
    /// The smallest and largest value of a map; one that is nothing next to the other, as rounding leaves, is 0.
    /// </summary>
    public static (float Least, float Most) Ends(float[,] map)
    {
        var (least, most) = (map.Cast<float>().Min(), map.Cast<float>().Max());
        float Kept(float value, float other) => Math.Abs(value) < 1e-6f * Math.Abs(other) ? 0 : value;
        return (Kept(least, most), Kept(most, least));
    }

    /// <summary>A map resampled (bilinear) to a square, row by row.</summary>
    public static float[] Resampled(float[,] map, int side)
    {
        using var large = Resize(map, new Size(side, side), smooth: true);
        var values = new float[side * side];
        Marshal.Copy(large.Data, values, 0, values.Length);
        return values;
    }

    /// <summary>A frame of a data set, BGR.</summary>
    public static Mat Frame(MerDataset data, int row)
    {
        using var frame = data.Frames[row];
        return ClipView.Image(frame.bytes, data.Size);
    }

    static Mat Colours(float[,] map, MapScale scale, Size size, bool smooth)
    {
        using var large = Resize(map, size, smooth);
        using Mat grey = new();
        var levels = scale.Most > scale.Least ? 255 / (scale.Most - scale.Least) : 0;
        large.ConvertTo(grey, MatType.CV_8U, levels, -scale.Least * levels);
        var heat = new Mat();
        if (scale.Diverges)
        {
            using var colours = BlueWhiteRed();
            Cv2.ApplyColorMap(grey, heat, colours);
        }
        else Cv2.ApplyColorMap(grey, heat, ColormapTypes.Viridis);
        return heat;
    }

    /// <summary>256 colours, BGR: dark blue over nearly white to dark red (ColorBrewer's RdBu, its ends).</summary>
    static Mat BlueWhiteRed()
    {
        Vec3b blue = new(0xac, 0x66, 0x21), white = new(0xf7, 0xf7, 0xf7), red = new(0x2b, 0x18, 0xb2);
        var colours = new Mat(256, 1, MatType.CV_8UC3);
        for (var level = 0; level < 256; level++)
        {
            var (end, part) = level < 127.5 ? (blue, 1 - level / 127.5) : (red, level / 127.5 - 1);
            byte Mixed(byte from, byte to) => (byte)Math.Round(from + (to - from) * part);
            colours.Set(level, 0, new Vec3b(Mixed(white.Item0, end.Item0), Mixed(white.Item1, end.Item1),
                Mixed(white.Item2, end.Item2)));
        }
        return colours;
    }

    static Mat Resize(float[,] map, Size size, bool smooth)
    {
        using var small = Mat.FromArray(map);
        return small.Resize(size, 0, 0, smooth ? InterpolationFlags.Linear : InterpolationFlags.Nearest);
    }
}

/// <summary>
/// Where the parts of the face lie in a data set's prepared frames, from the landmarks of one clip of each subject.
/// </summary>
/// <param name="Points">The mean of the 68 landmarks, as fractions of the crop.</param>
/// <param name="Bands">The rows of the crop by part of the face.</param>
/// <param name="Faces">How many faces it is the mean of.</param>
public sealed record MeanFace(ImmutableArray<Point2f> Points, ImmutableArray<FaceBand> Bands, int Faces)
{
    /// <summary>
    /// Finds the landmarks of the first clip of each subject at the paper's 224 pixels, whatever size the networks see.
    /// </summary>
    public static MeanFace Of(Study study, DatasetId dataset)
    {
        var options = study.Bench.Preparation(dataset);
        var clips = study.Bench.Dataset(dataset).Clips.DistinctBy(c => c.Subject).Select(c => c.Id);
        var views = ClipView.Open(study.Bench.Source(dataset), clips, options);
        try
        {
            var faces = views.Select(v => v.Landmarks).Where(l => l.Length == 68).ToArray();
            if (faces.Length == 0)
                throw new UserErrorException(
                    $"No face was found in the frames of {dataset.Title()}; look at them with 'mer data show'.");
            return new MeanFace(
                [.. Enumerable.Range(0, 68).Select(i =>
                    new Point2f(faces.Average(f => f[i].X) / options.Size, faces.Average(f => f[i].Y) / options.Size))],
                FaceBands.Of([.. faces.Select(f => (IReadOnlyList<Point2f>)f)], options.Size), faces.Length);
        }
        finally
        {
            foreach (var view in views) view.Dispose();
        }
    }

    /// <summary>The landmarks as dots on grey: the picture below a map where no face may be shown.</summary>
    public Mat Outline(int side)
    {
        var image = new Mat(side, side, MatType.CV_8UC3, Scalar.All(128));
        foreach (var p in Points)
            Cv2.Circle(image, new Point(p.X * side, p.Y * side), Math.Max(1, side / 90), Scalar.All(235), -1,
                LineTypes.AntiAlias);
        return image;
    }
}
