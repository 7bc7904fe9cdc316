using MerKernel.Interpretability;
using MerKernel.Faces;

namespace MerKernel.Reports.Attention;

/// <summary>The conclusions of the attention notebook, each from numbers above them.</summary>
static class AttentionConclusions
{
    public static IEnumerable<string> Of(AttentionStudy study, string continuous, string independent, string vit,
        string withoutUnits) =>
        [
            $"{study.Brief}. These sentences describe these networks on these clips and nothing else.",
            Clips(study, continuous), Rows(study, continuous), Sign(study, continuous, independent),
            Streams(study, continuous, vit), Classes(study, continuous, withoutUnits),
            Features(study, continuous, withoutUnits),
        ];

    static string Clips(AttentionStudy study, string label)
    {
        var blocks = Spreads(study, label).ToList();
        string List(IEnumerable<string> values) => string.Join(", ", values);
        if (blocks.Any(b => double.IsNaN(b.Spread.OverClips)))
            return "Whether the vertical attention answers to the clip cannot be said: these subjects have one each.";
        var answers = blocks.GroupBy(b => (b.Spread.OverClips / b.Spread.OverChannels) switch
        {
            < 0.1 => "hardly at all: nearly a fixed weight for each channel",
            < 0.5 => "a little, by less than half of that between channels",
            _ => "by an amount like that between channels",
        });
        return "Does the vertical attention answer to the clip? Block by block a weight differs between clips by " +
            $"{List(blocks.Select(b => N(b.Spread.OverClips)))} and between channels by " +
            $"{List(blocks.Select(b => N(b.Spread.OverChannels)))}. " + string.Join("; ", answers.Select(a =>
                $"{(a.Count() == 1 ? "Block" : "Blocks")} {List(a.Select(b => $"{b.Block + 1}"))}: {a.Key}")) + ".";
    }

    static string Rows(AttentionStudy study, string label)
    {
        var folds = study.ByFold(label).Select(f => f.ToArray()).ToArray();
        // A network counts once: its clips share its weights.
        var parts = (from block in Enumerable.Range(0, folds[0][0].Vertical.Length)
                     from band in study.Face.Bands
                     select (block, band.Name, Shares: folds.Select(clips => clips.Average(c =>
                         band.Share(WeightPage.RowWeights(c.Vertical[block])) / band.Height)).ToArray())).ToList();
        var (high, low) = (parts.MaxBy(p => p.Shares.Average()), parts.MinBy(p => p.Shares.Average()));
        var differs = new[] { high, low }
            .Count(p => folds.Length > 1 && Interval.OfMean(p.Shares) is var i && (i.Low > 1 || i.High < 1));
        string Share((int, string, double[] Shares) part) =>
            $"{N(part.Shares.Average(), "0.00")} times an even map's share" +
                (folds.Length > 1 && Interval.OfMean(part.Shares) is var i
                    ? $" (95 % interval over {folds.Length} networks {N(i.Low, "0.00")} to {N(i.High, "0.00")})" : "");
        return $"Does it prefer a part of the face? The most preferred is the {high.Name} in block {high.block + 1} " +
            $"with {Share(high)}, the least the {low.Name} in block {low.block + 1} with {Share(low)}. " +
            (folds.Length == 1 ? "One network cannot say whether others agree."
                : (differs == 2 ? "Both differ" : differs == 1 ? "One of the two differs" : "Neither differs") +
                  " from weighing every row alike by more than the networks differ from each other; they are the " +
                  $"extremes of {parts.Count} figures, of which one in twenty would do so by chance.");
    }

    static string Sign(AttentionStudy study, string continuous, string independent)
    {
        var (a, b) = (Spreads(study, continuous).MaxBy(s => s.Spread.Negative),
            Spreads(study, independent).Max(s => s.Spread.Negative));
        return "Continuity changes the meaning of a weight: in the continuous network up to " +
            $"{Figures.Percent(a.Spread.Negative)} % of the weights of a block (block {a.Block + 1}) are below 0, in " +
            $"the independent one {Figures.Percent(b)} %.";
    }

    static string Streams(AttentionStudy study, string swin, string vit)
    {
        string Of(string label) => RolloutPage.Strength(study, label) is var (strongest, over) ? "its strongest " +
            $"patch has {N(strongest, "0.00")} times an even map's share and a patch differs between clips by " +
            $"{N(over)} of that share" : "";
        return $"The position stream, rolled out: with Swin {Of(swin)}; with the ViT {Of(vit)}.";
    }

    static string Classes(AttentionStudy study, params IReadOnlyList<string> labels)
    {
        var overlaps = labels.Select(label => ClassMapPage.Overlap(study, label, c => c.PredictedClassMap)).ToList();
        // Each network is asked the same, so one of many would be found by chance.
        var corrected = new Queue<double>(Holm.Adjust([.. overlaps.OfType<RegionOverlap>().Select(o => o.P)]));
        return string.Join(" ", labels.Zip(overlaps, (label, overlap) => overlap is not { } o
            ? $"Grad-CAM ({label}) is zero on every clip." : Sentence(label, o, corrected.Dequeue())));

        static string Sentence(string label, RegionOverlap o, double p) =>
            $"Grad-CAM ({label}) has {Figures.Percent(o.Share)} % on the movement, where an even map has " +
            $"{Figures.Percent(o.Area)} % and other clips' maps {Figures.Percent(o.OtherClips)} % (p " +
            $"{Figures.P(p)} after Holm's correction, {o.Count} clips" +
            (o.Empty > 0 ? $", {o.Empty} more with a map of zero" : "") + "): " +
            (p < 0.05 ? "more than other clips' maps have."
                : o.Share > 1.2 * o.Area ? "no more than other clips' maps, so it is not shown to follow its own clip."
                : "it is not shown to follow the movement.");
    }

    static string Features(AttentionStudy study, string with, string without)
    {
        string Of(string label)
        {
            var (emotion, chance) = NetworkPage.Agreement(study, label, c => study.Data.Clips[c].Emotion,
                leftOut: true);
            return $"{Figures.Percent(emotion)} % ({label}; any clip: {Figures.Percent(chance)} %)";
        }
        return "Of the clips left out, the nearest neighbour in the head's features has the same emotion for " +
            $"{Of(with)} and {Of(without)}.";
    }

    static IEnumerable<(int Block, MapSpread Spread)> Spreads(AttentionStudy study, string label)
    {
        var clips = study.Of(label);
        return Enumerable.Range(0, clips[0].Vertical.Length)
            .Select(b => (b, study.SpreadOf(label, c => c.Vertical[b])));
    }

    static string N(double value, string format = "0.000") => value.ToString(format, CultureInfo.InvariantCulture);
}
