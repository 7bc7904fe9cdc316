using System.Globalization;
using System.Runtime.InteropServices;
using MerKernel.Data;
using OpenCvSharp;

namespace MerKernel.Reports.Pictures;

/// <summary>Maps over faces. The colour scale (viridis) runs from dark to light, so it also reads in grey.</summary>
static class MapPicture
{
    /// <summary>A map over a picture, stretched between its smallest and largest value, which the caption must name.</summary>
    /// <param name="map">Map [rows, columns]; one row or column is spread over the picture.</param>
    /// <param name="under">The picture below, BGR.</param>
    /// <param name="smooth">Whether the map is interpolated; false shows its own cells.</param>
    public static Mat Over(float[,] map, Mat under, bool smooth)
    {
        using var heat = Colours(map, under.Size(), smooth);
        using Mat grey = under.CvtColor(ColorConversionCodes.BGR2GRAY), below = grey.CvtColor(ColorConversionCodes.GRAY2BGR);
        var over = new Mat();
        Cv2.AddWeighted(heat, 0.6, below, 0.4, 0, over);
        return over;
    }

    /// <summary>The picture with the map as a strip to its right: what the network multiplies each row with.</summary>
    public static Mat WithStrip(float[,] rows, Mat picture)
    {
        var strip = Math.Max(4, picture.Cols / 8);
        using var heat = Colours(rows, new Size(strip, picture.Rows), smooth: false);
        using var gap = new Mat(picture.Rows, Math.Max(1, strip / 3), MatType.CV_8UC3, Scalar.All(255));
        var joined = new Mat();
        Cv2.HConcat([picture, gap, heat], joined);
        return joined;
    }

    /// <summary>The smallest and largest value of a map, for its caption.</summary>
    public static string Range(float[,] map) => string.Create(CultureInfo.InvariantCulture, $"{Number(map.Cast<float>().Min())} .. {Number(map.Cast<float>().Max())}");

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
        var size = data.Size;
        using var frame = data.Frames[row];
        var planes = frame.bytes.ToArray();
        var image = new Mat(size, size, MatType.CV_8UC3);
        var pixels = image.AsSpan<Vec3b>();
        var plane = size * size;
        for (var i = 0; i < plane; i++) pixels[i] = new Vec3b(planes[2 * plane + i], planes[plane + i], planes[i]);
        return image;
    }

    static string Number(float value) => value.ToString(Math.Abs(value) is < 0.001f and > 0 ? "0.0e0" : "0.###", CultureInfo.InvariantCulture);

    static Mat Colours(float[,] map, Size size, bool smooth)
    {
        using var large = Resize(map, size, smooth);
        large.MinMaxLoc(out double least, out double most);
        using Mat grey = new();
        var scale = most > least ? 255 / (most - least) : 0;
        large.ConvertTo(grey, MatType.CV_8U, scale, -least * scale);
        var heat = new Mat();
        Cv2.ApplyColorMap(grey, heat, ColormapTypes.Viridis);
        return heat;
    }

    static Mat Resize(float[,] map, Size size, bool smooth)
    {
        using var small = Mat.FromArray(map);
        return small.Resize(size, 0, 0, smooth ? InterpolationFlags.Linear : InterpolationFlags.Nearest);
    }
}
