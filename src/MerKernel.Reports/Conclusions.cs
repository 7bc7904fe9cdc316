namespace MerKernel.Reports;

/// <summary>
/// The conclusions of a table's notebook. Every one is computed; none says more than the intervals and tests do.
/// </summary>
static class Conclusions
{
    const double Level = 0.05;

    public static IEnumerable<string> Of(StudyTable table) =>
        table.Datasets.SelectMany(d => Of([.. table.Rows.Where(r => r.Dataset == d)], d, table.Study.Protocols[0])
            .Concat(table.PairsOn(d) is { IsEmpty: false } pairs
                ? [SupportedOrder(pairs, table.Study.Bench.Dataset(d).Subjects.Length)] : []));

    /// <param name="rows">The table's rows on one data set.</param>
    /// <param name="dataset">The data set.</param>
    /// <param name="honest">The protocol that chooses nothing on the test subject.</param>
    public static IEnumerable<string> Of(ImmutableArray<ResultRow> rows, DatasetId dataset, EpochProtocol honest)
    {
        var final = rows.Where(r =>
            r.Kind is RowKind.Variant or RowKind.Added && r.Protocol == honest && r.Score is not null).ToList();
        if (final.FirstOrDefault(r => r.Method == Tables.Full) is not { Score: { } full } fullRow) yield break;
        var where = $"{dataset.Title()} ({DataNotice.Brief(fullRow.Synthetic, fullRow.Profile)})";

        var rule = rows.FirstOrDefault(r =>
            r.Method == Tables.Full && r.Kind == RowKind.Variant && r.Protocol is { LooksAtTestSubject: true });
        yield return $"{where}: the full network has {Figures.Percent(full.Accuracy)} % accuracy " +
            $"({Figures.Percent(full.AccuracyInterval)}) and UF1 {Figures.Fraction(full.UF1)} " +
            $"({Figures.Fraction(full.UF1Interval)}) at the {honest.Label}."
            + (rule?.Score is { } best ? " Choosing the epoch on the test subject lifts the same run to " +
                $"{Figures.Percent(best.Accuracy)} % and {Figures.Fraction(best.UF1)}" +
                (best.Accuracy > full.Accuracy
                    ? $": {Figures.Percent(best.Accuracy - full.Accuracy)} points that no new subject would see."
                    : ".") : "");

        if (final.Count > 1) yield return $"{Order(final)} {Support(final)}";
        yield return WithoutImages(rows, full);
    }

    static string Order(List<ResultRow> rows)
    {
        var published = rows.Where(r => r.Paper is not null && r.IsComparable).ToList();
        var measured = string.Join(" > ", rows.OrderByDescending(r => r.Score!.UF1).Select(r => r.Label));
        if (published.Count < 2) return $"Order by UF1: {measured}.";
        var (paper, here) = (published.OrderByDescending(r => r.Paper!.F1).Select(r => r.Label),
            published.OrderByDescending(r => r.Score!.UF1).Select(r => r.Label));
        return $"Order by UF1, measured: {measured}; " +
            $"{(paper.SequenceEqual(here)
                ? "the paper prints the same order."
                : $"the paper prints {string.Join(" > ", paper)}.")}";
    }

    static string Support(List<ResultRow> rows)
    {
        var compared = rows.Where(r => r.AgainstFull is not null).ToList();
        if (compared.Count == 0) return "";
        var supported = compared.Where(r => r.AgainstFull!.HolmP < Level).ToList();
        var smallest = SubjectPermutation.Smallest(compared[0].Score!.Folds, compared[0].AgainstFull!.Among);
        if (smallest > Level)
            return $"With {compared[0].Score!.Folds} subjects and {compared[0].AgainstFull!.Among} rows compared the " +
                "test cannot support any difference: the smallest p-value it can give is " +
                $"{smallest.ToString("0.000", CultureInfo.InvariantCulture)}.";
        return supported.Count == 0
            ? $"None of the {compared.Count} differences from the full network is supported by the data (permutation " +
              "test by subject, Holm's correction)."
            : $"The data support the difference from the full network for {string.Join(", ",
                supported.Select(r => $"{r.Label} ({Figures.Difference(r.AgainstFull!.UF1, 0)} UF1)"))}" +
              $"{(supported.Count == compared.Count ? "" : " and not for the other " +
                  $"{compared.Count - supported.Count}")} (permutation test by subject, Holm's correction).";
    }

    /// <summary>
    /// Which order of several systems the data support: every pair is tested, and only pairs that pass the correction
    /// over all pairs are named.
    /// </summary>
    public static string SupportedOrder(ImmutableArray<Comparison> pairs, int subjects)
    {
        var systems = pairs.SelectMany(p => new[] { p.First, p.Second }).Distinct().Count();
        var opening = $"The {systems} systems make {pairs.Length} pairs, each compared on the same clips (UF1, " +
            "permutation test by subject, Holm's correction over the pairs).";
        var smallest = SubjectPermutation.Smallest(subjects, pairs.Length);
        if (smallest > Level)
        {
            var needed = Enumerable.Range(subjects, 64)
                .First(n => SubjectPermutation.Smallest(n, pairs.Length) <= Level);
            return $"{opening} With {subjects} subjects the data can support no order among them: the smallest " +
                "p-value a pair can have is " +
                $"{(smallest < 1 ? smallest.ToString("0.000", CultureInfo.InvariantCulture) : "1")}, and it takes " +
                $"{needed} subjects to bring it to 0.05. " +
                $"Before the correction {pairs.Count(p => p.PermutationP < Level)} pairs are below 0.05; chance " +
                $"gives up to {(Level * pairs.Length).ToString("0.0", CultureInfo.InvariantCulture)}.";
        }
        var supported = pairs.Where(p => p.HolmP < Level).ToList();
        return supported.Count == 0
            ? $"{opening} None of the differences is supported: the data support no order among the {systems}."
            : $"{opening} The order the data support: {string.Join("; ", supported.GroupBy(p => p.First)
                .Select(g => $"{g.Key} above {string.Join(", ", g.Select(p => p.Second))}"))}. " +
              $"On the other {pairs.Length - supported.Count} pairs they are silent.";
    }

    static string WithoutImages(ImmutableArray<ResultRow> rows, Score full)
    {
        var lookup = rows.FirstOrDefault(r => r.Kind == RowKind.Baseline && r.Label == Rule.Lookup)?.Score;
        var majority = rows.FirstOrDefault(r => r.Kind == RowKind.Baseline && r.Label == Rule.Majority)?.Score;
        if (lookup is null || majority is null) return "";
        var lead = full.Accuracy - lookup.Accuracy;
        return "Looking up the nearest set of action units, without any image, gives " +
            $"{Figures.Percent(lookup.Accuracy)} %; the majority class {Figures.Percent(majority.Accuracy)} %. " +
            "The full network is " +
            $"{(Math.Abs(lead) < 0.0005
                ? "level with"
                : $"{Figures.Percent(Math.Abs(lead))} points {(lead > 0 ? "above" : "below")}")} " +
            "the look-up.";
    }
}
