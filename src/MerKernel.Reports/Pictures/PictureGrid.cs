using MerKernel.Data;
using OpenCvSharp;

namespace MerKernel.Reports.Pictures;

/// <summary>Pictures in rows and columns with headings, small enough for a notebook that is kept.</summary>
static class PictureGrid
{
    const int Gap = 8, Title = 28, Line = 17;

    static readonly Scalar Ink = new(30, 30, 30), Faint = new(110, 110, 110), Paper = new(255, 255, 255);

    /// <summary>A picture and what stands below it.</summary>
    public sealed record Tile(Mat Image, string Caption = "");

    /// <summary>A row of tiles and what stands above it.</summary>
    public sealed record Row(string Caption, IReadOnlyList<Tile> Tiles);

    /// <summary>Draws the tiles and disposes of their pictures.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="subtitle">Of which data; a line each.</param>
    /// <param name="columns">Headings of the columns; empty for none.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="side">Height of a tile in pixels; its width follows from its picture. Small pictures keep their pixels, which a kept notebook stores in little space.</param>
    public static Picture Draw(string title, string subtitle, IReadOnlyList<string> columns, IReadOnlyList<Row> rows, int side = 96)
    {
        var width = Math.Max(rows.Max(r => r.Tiles.Sum(t => Width(t, side) + Gap)) + Gap, 560);
        var lines = subtitle.Split('\n');
        var head = Title + Line * lines.Length;
        var top = head + (columns.Count > 0 ? Line : Gap / 2);
        var sheet = new Mat(top + rows.Sum(r => Height(r, side)) + Gap, width, MatType.CV_8UC3, Paper);
        SheetText.Write(sheet, title, Gap, 20, 0.5, Ink);
        for (var i = 0; i < lines.Length; i++) SheetText.Write(sheet, lines[i], Gap, Title + 10 + i * Line, 0.36, Faint);
        var y = top;
        foreach (var row in rows)
        {
            if (row.Caption.Length > 0) SheetText.Write(sheet, row.Caption, Gap, y + 12, 0.4, Ink);
            y += row.Caption.Length > 0 ? Line : 0;
            var x = Gap;
            for (var i = 0; i < row.Tiles.Count; i++)
            {
                var (tile, wide) = (row.Tiles[i], Width(row.Tiles[i], side));
                if (i < columns.Count && ReferenceEquals(row, rows[0])) SheetText.Write(sheet, columns[i], x, head + 11, 0.38, Ink, wide + Gap);
                using (tile.Image)
                using (var shown = tile.Image.Resize(new Size(wide, side), 0, 0, tile.Image.Rows > side ? InterpolationFlags.Area : InterpolationFlags.Nearest))
                using (var target = new Mat(sheet, new Rect(x, y, wide, side)))
                    shown.CopyTo(target);
                if (tile.Caption.Length > 0) SheetText.Write(sheet, tile.Caption, x, y + side + 13, 0.36, Faint, wide + Gap / 2);
                x += wide + Gap;
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
        return $"{text} Rows: {string.Join("; ", rows.Select(r => r.Caption.Length > 0 ? r.Caption : Joined(r.Tiles.Select(t => t.Caption))))}.";
    }

    static int Width(Tile tile, int side) => (int)Math.Round(side * (double)tile.Image.Cols / tile.Image.Rows);

    static int Height(Row row, int side) => (row.Caption.Length > 0 ? Line : 0) + side + Gap + (row.Tiles.Any(t => t.Caption.Length > 0) ? Line : 0);
}
