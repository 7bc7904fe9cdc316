using MerKernel.Flow;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>
/// One picture of a clip for the eye: onset, landmarks, apex, difference, optical flow and action units.
/// </summary>
public static class InspectionSheet
{
    private const int Panel = 280, Gap = 12, Head = 84, Caption = 26;

    private static readonly Scalar Ink = new(40, 40, 40), Paper = new(255, 255, 255), Faint = new(120, 120, 120);

    /// <summary>Draws a clip; a synthetic clip's sheet says so.</summary>
    public static Mat Draw(ClipView view)
    {
        var (clip, onset, apex, landmarks) = (view.Clip, view.Onset, view.Apex, view.Landmarks);
        using var flow = Flow(onset, apex);
        (string Caption, Mat Image)[] panels =
        [
            ($"onset {clip.Onset}", onset.Clone()),
            (landmarks.Length > 0 ? "68 landmarks" : "no face found", Landmarks(onset, landmarks)),
            ($"apex {clip.Apex}", apex.Clone()),
            ("apex - onset, x 4, grey = 0", Difference(onset, apex)),
            (string.Create(CultureInfo.InvariantCulture, $"flow, arrows x 8, largest {Largest(flow):0.0} px"),
                Arrows(apex, flow)),
            ("flow, hue = direction", Colours(flow)),
        ];
        var sheet = new Mat(Head + 2 * (Panel + Caption + Gap), 3 * (Panel + Gap) + Gap, MatType.CV_8UC3, Paper);
        SheetText.Write(sheet, $"{Title(view)}  {clip.Id}  {clip.Emotion}", Gap, 28, 0.65, Ink);
        SheetText.Write(sheet, Units(clip), Gap, 52, 0.5, Ink);
        SheetText.Write(sheet,
            clip.Notes.IsEmpty ? $"offset {clip.Offset}" : $"offset {clip.Offset}; {string.Join("; ", clip.Notes)}",
            Gap, 73, 0.42, Faint);
        for (var i = 0; i < panels.Length; i++)
        {
            using var image = panels[i].Image;
            using var shown = image.Resize(new Size(Panel, Panel), 0, 0, InterpolationFlags.Cubic);
            var (x, y) = (Gap + i % 3 * (Panel + Gap), Head + i / 3 * (Panel + Caption + Gap));
            using var target = new Mat(sheet, new Rect(x, y, Panel, Panel));
            shown.CopyTo(target);
            SheetText.Write(sheet, panels[i].Caption, x, y + Panel + 18, 0.45, Ink);
        }
        return sheet;
    }

    /// <summary>The picture's description, for those who cannot see it.</summary>
    public static string InWords(ClipView view) =>
        $"{Title(view)}, clip {view.Clip.Id}, {view.Clip.Emotion}; {Units(view.Clip)}. Onset frame " +
        $"{view.Clip.Onset}, landmarks, apex frame {view.Clip.Apex}, apex minus onset, optical flow as arrows and " +
        "as colours.";

    private static string Title(ClipView view) =>
        $"{view.Clip.Dataset.Title()}{(view.Synthetic ? " (synthetic)" : "")}";

    private static string Units(Clip clip) => "action units: " +
        $"{(clip.ActionUnits.IsEmpty ? "none coded" : string.Join(" + ", clip.ActionUnits.Select(Code)))}";

    /// <summary>Farneback flow from onset to apex, float pixels [H, W, 2].</summary>
    public static Mat Flow(Mat onset, Mat apex)
    {
        using Mat before = onset.CvtColor(ColorConversionCodes.BGR2GRAY),
            after = apex.CvtColor(ColorConversionCodes.BGR2GRAY);
        return OpticalFlow.Between(before, after, FlowMethod.Farneback);
    }

    private static Mat Landmarks(Mat image, IReadOnlyList<Point2f> points)
    {
        // Drawn on the enlarged panel: dots on the frame itself would hide the eyes.
        var shown = image.Resize(new Size(2 * Panel, 2 * Panel), 0, 0, InterpolationFlags.Cubic);
        foreach (var p in points)
            Cv2.Circle(shown, new Point((p.X + 0.5) * 2 * Panel / image.Cols, (p.Y + 0.5) * 2 * Panel / image.Rows), 4,
                new Scalar(60, 230, 60), -1, LineTypes.AntiAlias);
        return shown;
    }

    /// <summary>Apex minus onset, four times as strong, around middle grey.</summary>
    public static Mat Difference(Mat onset, Mat apex)
    {
        using Mat before = new(), after = new();
        onset.ConvertTo(before, MatType.CV_32F);
        apex.ConvertTo(after, MatType.CV_32F);
        using Mat difference = after - before;
        var shown = new Mat();
        difference.ConvertTo(shown, MatType.CV_8U, 4, 128);
        return shown;
    }

    private static Mat Arrows(Mat image, Mat flow)
    {
        const int Every = 14;
        var shown = image.Resize(new Size(2 * Panel, 2 * Panel), 0, 0, InterpolationFlags.Cubic);
        var (rows, columns) = (flow.Rows, flow.Cols);
        double sx = 2.0 * Panel / columns, sy = 2.0 * Panel / rows;
        for (var y = Every / 2; y < rows; y += Every)
            for (var x = Every / 2; x < columns; x += Every)
            {
                var v = flow.At<Vec2f>(y, x);
                if (v.Item0 * v.Item0 + v.Item1 * v.Item1 < 0.04f) continue;
                Cv2.ArrowedLine(shown, new Point(x * sx, y * sy),
                    new Point((x + 8 * v.Item0) * sx, (y + 8 * v.Item1) * sy), new Scalar(40, 220, 255), 2,
                    LineTypes.AntiAlias, 0, 0.3);
            }
        return shown;
    }

    private static Mat Colours(Mat flow)
    {
        var parts = flow.Split();
        using Mat x = parts[0], y = parts[1], strength = new(), angle = new(), hue = new(), value = new(), hsv = new();
        Cv2.CartToPolar(x, y, strength, angle, true);
        angle.ConvertTo(hue, MatType.CV_8U, 0.5);
        strength.ConvertTo(value, MatType.CV_8U, 255 / Math.Max(1, Largest(flow)));
        using var full = new Mat(flow.Rows, flow.Cols, MatType.CV_8U, new Scalar(255));
        Cv2.Merge([hue, value, full], hsv);
        var shown = new Mat();
        Cv2.CvtColor(hsv, shown, ColorConversionCodes.HSV2BGR);
        return shown;
    }

    private static double Largest(Mat flow)
    {
        var parts = flow.Split();
        using Mat x = parts[0], y = parts[1], strength = new();
        Cv2.Magnitude(x, y, strength);
        strength.MinMaxLoc(out _, out double largest);
        return largest;
    }

    /// <summary>A unit as coders write it: side, number, intensity, doubt.</summary>
    internal static string Code(ActionUnit unit) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{unit.Side switch { FaceSide.Left => "L", FaceSide.Right => "R", _ => "" }}{unit.Number}{unit.Intensity}{(unit.Doubtful ? "?" : "")}");
}

/// <summary>Text on pictures.</summary>
internal static class SheetText
{
    /// <summary>What a line keeps free at the right edge.</summary>
    public const int Margin = 12;

    /// <summary>The width of a line in pixels.</summary>
    public static int Width(string text, double scale) => text.Length == 0 ? 0 :
        Cv2.GetTextSize(text, HersheyFonts.HersheySimplex, scale, 1, out _).Width;

    /// <summary>
    /// Writes a line; text beyond the right edge (or <paramref name="width"/>) is cut with an ellipsis.
    /// </summary>
    public static void Write(Mat sheet, string text, int x, int y, double scale, Scalar colour, int? width = null)
    {
        if (text.Length == 0) return;
        // OpenCV's fonts know ASCII only, and draw past the edge.
        text = string.Concat(text.Select(c => char.IsAscii(c) ? c : '?'));
        var room = width ?? sheet.Cols - x - Margin;
        while (text.Length > 4 && Width(text, scale) > room) text = text[..^4] + "...";
        Cv2.PutText(sheet, text, new Point(x, y), HersheyFonts.HersheySimplex, scale, colour, 1, LineTypes.AntiAlias);
    }
}
