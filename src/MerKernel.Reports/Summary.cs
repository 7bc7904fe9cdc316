namespace MerKernel.Reports;

/// <summary>
/// A run's results in five sentences, computed from the rows of its tables: for those who read no further.
/// </summary>
static class Summary
{
    const double Level = 0.05;

    /// <param name="rows">
    /// Rows of the tables, scored under a protocol that chooses nothing on the test subject and one that does.
    /// </param>
    public static IEnumerable<string> Of(IReadOnlyList<ResultRow> rows)
    {
        var scored = rows.Where(r => r.Score is not null).ToList();
        var full = scored.Where(r => r.Method == Tables.Full && IsHonest(r)).ToList();
        if (full.Count == 0)
        {
            if (scored.Where(r => r.Method is not null && IsHonest(r)).MaxBy(r => r.Score!.Accuracy) is not { } best
                || rows.Any(r => r.Method == Tables.Full))
                yield return "The full network was not run on these data, so there is nothing to sum up yet.";
            else
                yield return "The full network needs action units, which not all of these data have. At the last " +
                    $"epoch the best network run on {best.Title} is {best.Label} " +
                    $"({best.Brief}; " +
                    $"{best.Score!.Clips} clips of {best.Score.Folds} subjects): " +
                    $"{Figures.Percent(best.Score.Accuracy)} % ({Interval([best])}); always naming the commonest " +
                    $"class would give {Figures.Percent(best.Majority!.Value)} %.";
            yield break;
        }
        var datasets = full.Select(r => r.Dataset).Distinct().ToList();
        string Each(Func<DatasetId, string> of) =>
            string.Join(" and ", datasets.Select(d => $"{of(d)} on {d.Title()}"));
        double? Accuracy(DatasetId dataset, Func<ResultRow, bool> which) =>
            scored.Where(r => r.Dataset == dataset && which(r)).DistinctBy(r => (r.Label, r.Seed))
                .Select(r => (double?)r.Score!.Accuracy).Average();
        string Percent(DatasetId dataset, Func<ResultRow, bool> which) =>
            Accuracy(dataset, which) is { } a ? $"{Figures.Percent(a)} %" : "not run";

        var methods = scored.Where(r => r.Method is not null and not ReadMethod).Select(r => r.Method)
            .Distinct().Count();
        var seeds = full.Select(r => r.Seed).Distinct().Order().ToList();
        yield return $"{methods} {(methods == 1 ? "network was" : "networks were")} trained leaving one " +
            $"{(datasets is [DatasetId.CrossDataset] ? "data set" : "subject")} out at a time, " +
            $"{(seeds.Count == 1 ? "seed" : "seeds")} {string.Join(", ", seeds)}: " +
            $"{string.Join(" and ", datasets.Select(d => full.First(r => r.Dataset == d))
                .Select(r => $"{r.Title} ({r.Brief}; {r.Score!.Clips} " +
                    $"clips of {r.Score.Folds} subjects)"))}.";

        yield return "At the last epoch the full network gets " +
            $"{Each(d => $"{Percent(d, IsFull)} of the clips right ({Interval(full.Where(r => r.Dataset == d))})")}; " +
            $"always naming the commonest class would give {Each(d => Percent(d, r => r.Label == Rule.Majority))}.";

        yield return "Without the coders' action units it has " +
            $"{Each(d => Percent(d, r => r.Method == Tables.WithoutActionUnits && IsHonest(r)))}; looking up the " +
            $"nearest set of action units, with no image, gives {Each(d => Percent(d, r => r.Label == Rule.Lookup))}.";

        var lifts =
            scored.Where(r => r.Method is not null and not ReadMethod && r.Protocol is { LooksAtTestSubject: true })
                .DistinctBy(r => (r.Method, r.Dataset, r.Seed))
                .Select(chosen => (Chosen: chosen, Honest: scored.FirstOrDefault(r =>
                    r.Method == chosen.Method && r.Dataset == chosen.Dataset && r.Seed == chosen.Seed && IsHonest(r))))
                .Where(l => l.Honest is not null)
                .Select(l => (l.Chosen.Method, l.Chosen.Dataset,
                    Lift: l.Chosen.Score!.Accuracy - l.Honest!.Score!.Accuracy)).ToList();
        if (lifts.Count > 0)
            yield return "Scoring each subject at the epoch that is best on that very subject changes the same runs " +
                "of the full network by " +
                $"{Each(d => $"{Figures.PercentDifference(lifts.Where(l => l.Method == Tables.Full && l.Dataset == d)
                    .Select(l => l.Lift).DefaultIfEmpty().Average(), 0)} points")}, and those of all networks by " +
                $"{Figures.PercentDifference(lifts.Average(l => l.Lift), 0)} points on average: no new subject would " +
                "bring these points.";

        var compared = scored.Where(r => r.AgainstFull is not null && r.Kind != RowKind.Baseline)
            .DistinctBy(r => (r.Table.Number, r.Dataset, r.Label)).ToList();
        var supported = compared.Where(r => r.AgainstFull!.HolmP < Level).ToList();
        if (compared.Count > 0)
            yield return $"Of {compared.Count} differences between a row of a table and the full network the data " +
                $"support {(supported.Count == 0 ? "none" : $"{supported.Count}: {string.Join("; ",
                    supported.Select(r => $"Table {r.Table.Number}, {r.Label}, {r.Dataset.Title()}"))}")} " +
                "(UF1, permutation test by subject, p below .05 after Holm's correction over the rows of a table " +
                "and its controls); " +
                $"{string.Join("; ", datasets.Select(d => compared.Where(r => r.Dataset == d).ToList())
                    .Where(c => c.Count > 0).Select(Floor))}.";
    }

    static bool IsHonest(ResultRow row) => row.Protocol is not { LooksAtTestSubject: true };

    static bool IsFull(ResultRow row) => row.Method == Tables.Full && IsHonest(row);

    static string Interval(IEnumerable<ResultRow> seeds) => seeds.DistinctBy(r => r.Seed).ToList() is var rows
        ? $"{(rows.Count > 1 ? "95 % intervals of the seeds within" : "95 % interval")} {Figures.Percent(new Interval(
            rows.Min(r => r.Score!.AccuracyInterval.Low), rows.Max(r => r.Score!.AccuracyInterval.High)))}" : "";

    static string Floor(List<ResultRow> rows)
    {
        var (fewest, most) = (rows.Min(r => r.AgainstFull!.Among), rows.Max(r => r.AgainstFull!.Among));
        string P(int among) =>
            Figures.P(Math.Min(1, SubjectPermutation.Smallest(rows[0].Score!.Folds, among))).Replace("= ", "");
        return $"with {rows[0].Score!.Folds} subjects of {rows[0].Dataset.Title()} the smallest p that is possible " +
            $"at all is {P(fewest)}{(P(fewest) == P(most) ? "" : $" to {P(most)}, depending on the table")}";
    }
}
