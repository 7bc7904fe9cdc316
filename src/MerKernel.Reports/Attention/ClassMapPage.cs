using System.Globalization;
using MerKernel.Data;
using MerKernel.Explanation;
using MerKernel.Reports.Pictures;
using Microsoft.AspNetCore.Html;
using OpenCvSharp;

namespace MerKernel.Reports.Attention;

/// <summary>Grad-CAM on F_M, held against what moves.</summary>
static class ClassMapPage
{
    public static Picture Pictures(AttentionStudy study, string label)
    {
        var motion = study.Motion;
        var rows = study.Examples.Select(place =>
        {
            var (clip, explained) = (study.TestClips[place], study.Of(label)[place]);
            var size = study.Data.Size;
            var truth = new float[size, size];
            Buffer.BlockCopy(motion[place], 0, truth, 0, truth.Length * sizeof(float));
            var tiles = new List<PictureGrid.Tile> { new(study.Under(clip), study.ShowsFaces ? "apex - onset" : "mean face"), Tile(study, clip, truth), Tile(study, clip, explained.PredictedClassMap) };
            if (explained.Predicted != study.Data.Labels[clip]) tiles.Add(Tile(study, clip, explained.TrueClassMap));
            return new PictureGrid.Row(study.Caption(label, place), tiles);
        }).ToList();
        var map = study.Of(label)[0].PredictedClassMap;
        return PictureGrid.Draw($"Grad-CAM on F_M: {label}", $"{study.Brief}.\nF_M has {map.GetLength(0)} x {map.GetLength(1)} places; every map has a colour scale of its own.",
            ["", Moving(study), "predicted class", "true class"], rows);
    }

    public static IHtmlContent Table(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var maps = new List<(string Name, RegionOverlap? Overlap)>();
        foreach (var label in labels)
        {
            maps.Add(($"Grad-CAM, {label}, predicted class", Overlap(study, label, c => c.PredictedClassMap)));
            maps.Add(($"Grad-CAM, {label}, true class", Overlap(study, label, c => c.TrueClassMap)));
        }
        maps.Add(("absolute difference image", RegionOverlap.Of([.. study.TestClips.Select(clip => Difference(study, clip))], Regions(study), Folds(study))));
        return TextTable.OfFigures($"How much of a map falls on what moves (%)\n{study.Brief}",
            ["map", "own clip", "even map", "other clips' maps", "p", "clips", "maps of zero"],
            maps.Select(m => m.Overlap is { } o
                ? new[] { m.Name, Figures.Percent(o.Share), Figures.Percent(o.Area), Figures.Percent(o.OtherClips), o.P.ToString("0.000", CultureInfo.InvariantCulture), $"{o.Count}", $"{o.Empty}" }
                : [m.Name, "–", "–", "–", "–", "0", $"{study.TestClips.Length}"]),
            $"What moves: {(study.Data.Synthetic ? "where the look-alike's skin is displaced by at least half of the clip's largest displacement" : "where the optical flow is at least half of the clip's largest")}. Other clips' maps in the same regions tell whether a map follows its clip or always looks at the same place; both stay within a fold, so within one network. p is the share of random assignments of a fold's maps to its clips that do at least as well.");
    }

    /// <summary>Overlap of a network's class maps with what moves.</summary>
    public static RegionOverlap? Overlap(AttentionStudy study, string label, Func<ClipExplanation, float[,]> map) =>
        RegionOverlap.Of([.. study.Of(label).Select(c => MapPicture.Resampled(map(c), study.Data.Size))], Regions(study), Folds(study));

    static bool[][] Regions(AttentionStudy study) => [.. study.Motion.Select(m => m.Select(v => v >= m.Max() / 2).ToArray())];

    // Maps are compared within a fold, so within one network.
    static string[] Folds(AttentionStudy study) => [.. study.TestClips.Select(clip => study.Data.Clips[clip].Subject)];

    static string Moving(AttentionStudy study) => study.Data.Synthetic ? "true motion" : "optical flow";

    static float[] Difference(AttentionStudy study, int clip)
    {
        using Mat onset = MapPicture.Frame(study.Data, study.Data.OnsetFrames[clip][0]), apex = MapPicture.Frame(study.Data, study.Data.ApexFrames[clip][0]), difference = new();
        Cv2.Absdiff(onset, apex, difference);
        return [.. difference.AsSpan<Vec3b>().ToArray().Select(v => (float)v.Item0 + v.Item1 + v.Item2)];
    }

    static PictureGrid.Tile Tile(AttentionStudy study, int clip, float[,] map)
    {
        using var under = study.Under(clip);
        var empty = map.Cast<float>().All(v => v == 0);
        return new(MapPicture.Over(map, under, smooth: true), empty ? "zero everywhere" : MapPicture.Range(map));
    }
}
