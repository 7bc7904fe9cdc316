using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Text on pictures.</summary>
internal static class SheetText
{
    /// <summary>Writes a line; text beyond the right edge (or <paramref name="width"/>) is cut with an ellipsis.</summary>
    public static void Write(Mat sheet, string text, int x, int y, double scale, Scalar colour, int? width = null)
    {
        if (text.Length == 0) return;
        // OpenCV's fonts know ASCII only, and draw past the edge.
        text = string.Concat(text.Select(c => char.IsAscii(c) ? c : '?'));
        var room = width ?? sheet.Cols - x - 12;
        while (text.Length > 4 && Cv2.GetTextSize(text, HersheyFonts.HersheySimplex, scale, 1, out _).Width > room) text = text[..^4] + "...";
        Cv2.PutText(sheet, text, new Point(x, y), HersheyFonts.HersheySimplex, scale, colour, 1, LineTypes.AntiAlias);
    }
}
