using System.Globalization;
using MerKernel.Explanation;
using MerKernel.Faces;
using MerKernel.Reports.Pictures;
using Microsoft.AspNetCore.Html;
using OpenCvSharp;

namespace MerKernel.Reports.Attention;

/// <summary>Attention of the position streams, rolled out to the image.</summary>
static class RolloutPage
{
    public static Picture Pictures(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var rows = study.Examples.Select(place => new PictureGrid.Row(study.Caption(labels[0], place),
            [new(Frame(study, place), study.ShowsFaces ? "apex" : "mean face"), .. labels.SelectMany(label => new[] { study.Of(label)[place].OnsetRollout!, study.Of(label)[place].ApexRollout! }.Select(map => Tile(study, place, map)))]));
        return PictureGrid.Draw($"Where the position stream looks (attention rollout): {string.Join(", ", labels)}", $"{study.Brief}.\nMultiples of an even map's share; every map has a colour scale of its own.",
            ["", .. labels.SelectMany(label => new[] { $"{label}, onset", $"{label}, apex" })], [.. rows]);
    }

    public static IHtmlContent Table(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var bands = study.Face.Bands;
        var rows = labels.Select(label =>
        {
            var clips = study.Of(label);
            var (strongest, over) = Strength(study, label);
            string Layers(ClipExplanation clip) => clip.RolloutPadding.Max() < 0.0005 ? "none" : $"up to {Figures.Percent(clip.RolloutPadding.Max())} %";
            return (string[])[label, .. bands.Select(b => Number(clips.Average(c => b.Share(Rows(c.ApexRollout!)) / b.Height))), Number(strongest), over.ToString("0.0000", CultureInfo.InvariantCulture), Layers(clips[0])];
        });
        return TextTable.OfFigures($"What the position stream looks at on the apex frame, as a multiple of an even map's share\n{study.Brief}",
            ["network", .. bands.Select(b => b.Name), "strongest\npatch", "deviation\nbetween clips", "attention on\npadding, a layer"], rows,
            "Attention rollout: attention of all layers multiplied, half of each layer going straight through, averaged over the output's positions. Strongest patch and deviation between the clips of a fold (of one patch, mean over patches) are multiples of an even map too.");
    }

    /// <summary>Share of the strongest patch and deviation of a patch between clips, as multiples of an even map's share.</summary>
    public static (double Strongest, double OverClips) Strength(AttentionStudy study, string label) =>
        (study.Of(label).Average(c => Relative(c.ApexRollout!).Cast<float>().Max()), study.SpreadOf(label, c => Relative(c.ApexRollout!)).OverClips);

    static Mat Frame(AttentionStudy study, int place) =>
        study.ShowsFaces ? MapPicture.Frame(study.Data, study.Data.ApexFrames[study.TestClips[place]][0]) : study.Face.Outline(study.Data.Size);

    static PictureGrid.Tile Tile(AttentionStudy study, int place, float[,] map)
    {
        var relative = Relative(map);
        using var under = Frame(study, place);
        return new(MapPicture.Over(relative, under, smooth: false), MapPicture.Range(relative));
    }

    static float[,] Relative(float[,] map)
    {
        var relative = (float[,])map.Clone();
        for (var y = 0; y < map.GetLength(0); y++)
            for (var x = 0; x < map.GetLength(1); x++) relative[y, x] = map[y, x] * map.Length;
        return relative;
    }

    static double[] Rows(float[,] map) => [.. Enumerable.Range(0, map.GetLength(0)).Select(y => Enumerable.Range(0, map.GetLength(1)).Sum(x => (double)map[y, x]))];

    static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
