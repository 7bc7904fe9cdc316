using MerKernel.Interpretability;
using MerKernel.Faces;
using MerKernel.Reports.Pictures;
using OpenCvSharp;

namespace MerKernel.Reports.Attention;

/// <summary>The CVA blocks' maps: pictures, parts of the face, and how they vary.</summary>
static class WeightPage
{
    public static Picture Pictures(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var blocks = Blocks(study.Of(labels[0])[0]);
        // Several networks need room; two classes show enough.
        var rows = from place in labels.Count == 1 ? study.Examples : study.Examples.Take(2)
                   from label in labels
                   let explained = study.Of(label)[place]
                   let caption = labels.Count == 1
                       ? study.Caption(label, place)
                       : $"{label}: {study.Caption(label, place)}"
                   select new PictureGrid.Row(caption,
                       [new(study.Under(study.TestClips[place]), study.ShowsFaces ? "apex - onset" : "mean face"),
                           .. Enumerable.Range(0, Blocks(explained))
                               .Select(block => Tile(study, explained, place, block))]);
        var shown = labels.Count == 1
            ? $"one clip of each class that the subjects left out show ({study.Examples.Length} of " +
                $"{study.Data.Classes.Length}): {labels[0]}"
            : $"one clip{(study.Examples.Length > 1 ? " each of two classes" : "")}, in {labels.Count} networks";
        return PictureGrid.Draw($"Attention of each block, {shown}",
            $"{study.Brief}.\nMean size of the weights over channels; every map has a colour scale of its own.",
            ["", .. Enumerable.Range(1, blocks).Select(b => $"block {b}")], [.. rows]);
    }

    public static IHtmlContent FaceParts(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var bands = study.Face.Bands;
        var rows = from label in labels
                   let folds = study.ByFold(label).Select(f => (IReadOnlyList<ClipExplanation>)f).ToArray()
                   from block in Enumerable.Range(0, folds[0][0].Vertical.Length)
                   select (string[])[$"{label}, block {block + 1}", .. bands.Select(band => Relative(
                       AttentionStudy.Summary(folds, c => band.Share(RowWeights(c.Vertical[block])) / band.Height)))];
        return TextTable.OfFigures("Vertical attention on the parts of the face, as a multiple of an even map's " +
            $"(mean ± standard deviation between the clips of a fold)\n{study.Brief}",
            ["network, block", .. bands.Select(b => $"{b.Name}\n{Figures.Percent(b.Height)} % of rows")], rows,
            "A map that weighs every row alike would give 1. Parts of the face from the landmarks of " +
            $"{study.Face.Faces} subjects; a part ends half-way to the next.");
    }

    public static IHtmlContent Spread(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var rows = from label in labels
                   let clips = study.Of(label)
                   from direction in new[]
                   {
                       ("rows", (Func<ClipExplanation, ImmutableArray<float[,]>>)(c => c.Vertical)),
                       ("columns", c => c.Horizontal)
                   }
                   from block in Enumerable.Range(0, direction.Item2(clips[0]).Length)
                   let spread = study.SpreadOf(label, c => direction.Item2(c)[block])
                   select new[]
                   {
                       $"{label}, {direction.Item1}, block {block + 1}", Number(spread.Mean), Number(spread.OverClips),
                       Number(spread.OverPositions), Number(spread.OverChannels), Figures.Percent(spread.Negative)
                   };
        return TextTable.OfFigures(
            $"Where the weights vary: their mean, and standard deviations along one direction each\n{study.Brief}",
            ["network, direction, block", "mean", "between clips", "between rows\nor columns", "between channels",
                "below 0 (%)"], rows,
            "Between clips: of the same channel and row, over the clips of a fold, so of one network; all figures " +
            "are means over the folds. A weight below 0 turns a feature round: from block 3 on the continuous map is " +
            "multiplied by a convolution of the map before, which no sigmoid holds between 0 and 1.");
    }

    /// <summary>How strongly each row passes: mean size of its weights over the channels.</summary>
    public static double[] RowWeights(float[,] map)
    {
        var (channels, rows) = (map.GetLength(0), map.GetLength(1));
        return [.. Enumerable.Range(0, rows)
            .Select(r => Enumerable.Range(0, channels).Average(c => (double)Math.Abs(map[c, r])))];
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
                plane[y, x] = Enumerable.Range(0, channels)
                    .Average(c => Math.Abs((vertical?[c, y] ?? 1) * (horizontal?[c, x] ?? 1)));
        return plane;
    }

    static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    static string Relative((double Mean, double WithinFolds) value) =>
        string.Create(CultureInfo.InvariantCulture, $"{value.Mean:0.000} ± {value.WithinFolds:0.000}");
}

/// <summary>Attention of the position streams, rolled out to the image.</summary>
static class RolloutPage
{
    public static Picture Pictures(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var rows = study.Examples.Select(place => new PictureGrid.Row(study.Caption(labels[0], place),
            [new(Frame(study, place), study.ShowsFaces ? "apex" : "mean face"), .. labels.SelectMany(label =>
                new[] { study.Of(label)[place].OnsetRollout!, study.Of(label)[place].ApexRollout! }
                    .Select(map => Tile(study, place, map)))]));
        var names = labels.Select(study.StreamOf).ToList();
        return PictureGrid.Draw($"Where the position stream looks (attention rollout): {string.Join(", ", names)}",
            $"{study.Brief}.\nMultiples of an even map's share; every map has a colour scale of its own.",
            ["", .. names.SelectMany(name => new[] { $"{name}, onset", $"{name}, apex" })], [.. rows]);
    }

    public static IHtmlContent Table(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var bands = study.Face.Bands;
        var rows = labels.Select(label =>
        {
            var clips = study.Of(label);
            var (strongest, over) = Strength(study, label);
            var padding = clips.Max(c => c.RolloutPadding.Max());
            return (string[])[study.StreamOf(label),
                .. bands.Select(b => Number(clips.Average(c => b.Share(Rows(c.ApexRollout!)) / b.Height))),
                Number(strongest), over.ToString("0.0000", CultureInfo.InvariantCulture),
                padding < 0.0005 ? "none" : $"up to {Figures.Percent(padding)} %"];
        });
        return TextTable.OfFigures(
            $"Where the position stream looks on the apex frame, as a multiple of an even map's share\n{study.Brief}",
            ["network", .. bands.Select(b => b.Name), "strongest\npatch", "deviation\nbetween clips",
                "attention on\npadding, per layer"], rows,
            "Attention rollout: attention of all layers multiplied, half of each layer going straight through, " +
            "averaged over the output's positions. Strongest patch and deviation between the clips of a fold (of one " +
            "patch, mean over patches) are multiples of an even map too. Attention on padding: where patches do not " +
            "divide into whole windows, Swin fills its last windows with zeros; the column is the largest share " +
            "of a layer's attention that falls there.");
    }

    /// <summary>
    /// Share of the strongest patch and deviation of a patch between clips, as multiples of an even map's share.
    /// </summary>
    public static (double Strongest, double OverClips) Strength(AttentionStudy study, string label) =>
        (study.Of(label).Average(c => Relative(c.ApexRollout!).Cast<float>().Max()),
            study.SpreadOf(label, c => Relative(c.ApexRollout!)).OverClips);

    static Mat Frame(AttentionStudy study, int place) =>
        study.ShowsFaces
            ? MapPicture.Frame(study.Data, study.Data.ApexFrames[study.TestClips[place]][0])
            : study.Face.Outline(study.Data.Size);

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

    static double[] Rows(float[,] map) => [.. Enumerable.Range(0, map.GetLength(0))
        .Select(y => Enumerable.Range(0, map.GetLength(1)).Sum(x => (double)map[y, x]))];

    static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>Grad-CAM on F_M, compared with the movement.</summary>
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
            var tiles = new List<PictureGrid.Tile>
            {
                new(study.Under(clip), study.ShowsFaces ? "apex - onset" : "mean face"), Tile(study, clip, truth),
                Tile(study, clip, explained.PredictedClassMap)
            };
            if (explained.Predicted != study.Data.Labels[clip]) tiles.Add(Tile(study, clip, explained.TrueClassMap));
            return new PictureGrid.Row(study.Caption(label, place), tiles);
        }).ToList();
        var map = study.Of(label)[0].PredictedClassMap;
        return PictureGrid.Draw($"Grad-CAM on F_M: {label}",
            $"{study.Brief}.\nF_M has {map.GetLength(0)} x {map.GetLength(1)} places; every map has a colour scale " +
            "of its own." +
            (rows.Any(r => r.Tiles.Count > 3) ? "\nA map of the true class is shown where another was predicted." : ""),
            ["", Moving(study), "predicted class", .. rows.Any(r => r.Tiles.Count > 3) ? ["true class"] : (string[])[]],
            rows);
    }

    public static IHtmlContent Table(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var maps = new List<(string Name, RegionOverlap? Overlap)>();
        foreach (var label in labels)
        {
            maps.Add(($"Grad-CAM, {label}, predicted class", Overlap(study, label, c => c.PredictedClassMap)));
            maps.Add(($"Grad-CAM, {label}, true class", Overlap(study, label, c => c.TrueClassMap)));
        }
        maps.Add(("absolute difference image", RegionOverlap.Of(
            [.. study.TestClips.Select(clip => Difference(study, clip))], Regions(study), Folds(study))));
        return TextTable.OfFigures($"Share of a map on the movement (%)\n{study.Brief}",
            ["map", "own clip", "even map", "other clips' maps", "p", "clips", "maps of zero"],
            maps.Select(m => m.Overlap is { } o
                ? new[]
                {
                    m.Name, Figures.Percent(o.Share), Figures.Percent(o.Area), Figures.Percent(o.OtherClips),
                    Figures.P(o.P).Replace("= ", ""), $"{o.Count}", $"{o.Empty}"
                }
                : [m.Name, "–", "–", "–", "–", "0", $"{study.TestClips.Length}"]),
            "The movement: " +
            $"{(study.Data.Synthetic
                ? "where the synthetic skin is displaced by at least half of the clip's largest displacement"
                : "where the optical flow is at least half of the clip's largest")}. " +
            "Other clips' maps in the same regions tell whether a map follows its clip or always looks at the same " +
            "place; both stay within a fold, so within one network. p is the share of random assignments of a " +
            "fold's maps to its clips that do at least as well.");
    }

    /// <summary>Overlap of a network's class maps with the movement.</summary>
    public static RegionOverlap? Overlap(AttentionStudy study, string label, Func<ClipExplanation, float[,]> map) =>
        RegionOverlap.Of([.. study.Of(label).Select(c => MapPicture.Resampled(map(c), study.Data.Size))],
            Regions(study), Folds(study));

    static bool[][] Regions(AttentionStudy study) =>
        [.. study.Motion.Select(m => m.Select(v => v >= m.Max() / 2).ToArray())];

    // Maps are compared within a fold, so within one network.
    static string[] Folds(AttentionStudy study) => [.. study.TestClips.Select(clip => study.Data.Clips[clip].Subject)];

    static string Moving(AttentionStudy study) => study.Data.Synthetic ? "true motion" : "optical flow";

    static float[] Difference(AttentionStudy study, int clip)
    {
        using Mat onset = MapPicture.Frame(study.Data, study.Data.OnsetFrames[clip][0]),
            apex = MapPicture.Frame(study.Data, study.Data.ApexFrames[clip][0]), difference = new();
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
