using System.Globalization;
using MerKernel.Explanation;
using MerKernel.Faces;
using MerKernel.Reports.Pictures;
using Microsoft.AspNetCore.Html;
using OpenCvSharp;

namespace MerKernel.Reports.Attention;

/// <summary>The CVA blocks' maps: pictures, parts of the face, and what they depend on.</summary>
static class WeightPage
{
    public static Picture Pictures(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var blocks = Blocks(study.Of(labels[0])[0]);
        // Several networks need room; two classes show enough.
        var rows = from place in labels.Count == 1 ? study.Examples : study.Examples.Take(2)
                   from label in labels
                   let explained = study.Of(label)[place]
                   let caption = labels.Count == 1 ? study.Caption(label, place) : $"{label}: {study.Caption(label, place)}"
                   select new PictureGrid.Row(caption,
                       [new(study.Under(study.TestClips[place]), study.ShowsFaces ? "apex - onset" : "mean face"), .. Enumerable.Range(0, Blocks(explained)).Select(block => Tile(study, explained, place, block))]);
        var shown = labels.Count == 1 ? $": {labels[0]}" : $", in {labels.Count} networks";
        return PictureGrid.Draw($"Attention of each block, one clip a class{shown}", $"{study.Brief}.\nMean size of the weights over channels; every map has a colour scale of its own.",
            ["", .. Enumerable.Range(1, blocks).Select(b => $"block {b}")], [.. rows]);
    }

    public static IHtmlContent FaceParts(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var bands = study.Face.Bands;
        var rows = from label in labels
                   let folds = study.ByFold(label).Select(f => (IReadOnlyList<ClipExplanation>)f).ToArray()
                   from block in Enumerable.Range(0, folds[0][0].Vertical.Length)
                   select (string[])[$"{label}, block {block + 1}", .. bands.Select(band => Relative(AttentionStudy.Summary(folds, c => band.Share(RowWeights(c.Vertical[block])) / band.Height)))];
        return TextTable.OfFigures($"Vertical attention on the parts of the face, as a multiple of an even map's (mean ± standard deviation between the clips of a fold)\n{study.Brief}",
            ["network, block", .. bands.Select(b => $"{b.Name}\n{Figures.Percent(b.Height)} % of rows")], rows,
            $"1 is what a map that weighs every row alike would give. Parts of the face from the landmarks of {study.Face.Faces} subjects; a part ends half-way to the next.");
    }

    public static IHtmlContent Spread(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var rows = from label in labels
                   let clips = study.Of(label)
                   from direction in new[] { ("rows", (Func<ClipExplanation, ImmutableArray<float[,]>>)(c => c.Vertical)), ("columns", c => c.Horizontal) }
                   from block in Enumerable.Range(0, direction.Item2(clips[0]).Length)
                   let spread = study.SpreadOf(label, c => direction.Item2(c)[block])
                   select new[] { $"{label}, {direction.Item1}, block {block + 1}", Number(spread.Mean), Number(spread.OverClips), Number(spread.OverPositions), Number(spread.OverChannels), Figures.Percent(spread.Negative) };
        return TextTable.OfFigures($"What the weights depend on: their mean, and standard deviations along one direction each\n{study.Brief}",
            ["network, direction, block", "mean", "between clips", "between rows\nor columns", "between channels", "below 0 (%)"], rows,
            "Between clips: of the same channel and row, over the clips of a fold, so of one network; all figures are means over the folds. A weight below 0 turns a feature round: from block 3 on the continuous map is multiplied by a convolution of the map before, which no sigmoid holds between 0 and 1.");
    }

    /// <summary>How strongly each row passes: mean size of its weights over the channels.</summary>
    public static double[] RowWeights(float[,] map)
    {
        var (channels, rows) = (map.GetLength(0), map.GetLength(1));
        return [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, channels).Average(c => (double)Math.Abs(map[c, r])))];
    }

    static int Blocks(ClipExplanation clip) => Math.Max(clip.Vertical.Length, clip.Horizontal.Length);

    static PictureGrid.Tile Tile(AttentionStudy study, ClipExplanation clip, int place, int block)
    {
        var plane = Plane(clip.Vertical.ElementAtOrDefault(block), clip.Horizontal.ElementAtOrDefault(block));
        using var under = study.Under(study.TestClips[place]);
        using var over = MapPicture.Over(plane, under, smooth: false);
        return new(plane.GetLength(1) == 1 ? MapPicture.WithStrip(plane, over) : over.Clone(), MapPicture.Range(plane));
    }

    // With both directions a place's weight is the product of its row's and its column's.
    static float[,] Plane(float[,]? vertical, float[,]? horizontal)
    {
        var channels = (vertical ?? horizontal)!.GetLength(0);
        var plane = new float[vertical?.GetLength(1) ?? 1, horizontal?.GetLength(1) ?? 1];
        for (var y = 0; y < plane.GetLength(0); y++)
            for (var x = 0; x < plane.GetLength(1); x++)
                plane[y, x] = Enumerable.Range(0, channels).Average(c => Math.Abs((vertical?[c, y] ?? 1) * (horizontal?[c, x] ?? 1)));
        return plane;
    }

    static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    static string Relative((double Mean, double WithinFolds) value) => string.Create(CultureInfo.InvariantCulture, $"{value.Mean:0.000} ± {value.WithinFolds:0.000}");
}
