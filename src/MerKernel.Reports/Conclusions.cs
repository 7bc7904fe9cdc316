namespace MerKernel.Reports;

/// <summary>
/// The conclusions of a table's notebook. Every one is computed; none says more than the intervals and tests do.
/// </summary>
static class Conclusions
{
    const double Level = 0.05;

    /// <summary>A row with every seed; its figures are means over them.</summary>
    sealed record Line(ImmutableArray<ResultRow> Seeds)
    {
        public ResultRow First => Seeds[0];
        public double Accuracy => Seeds.Average(r => r.Score!.Accuracy);
        public double UF1 => Seeds.Average(r => r.Score!.UF1);

        /// <summary>A score with its deviation between seeds and its interval, or the hull of the seeds'.</summary>
        public string Figure(Func<Score, double> score, Func<Score, Interval> interval, Func<double, string> write,
            Func<Interval, string> writeInterval, string unit)
        {
            var (_, text, hull) = ResultTable.Over([.. Seeds.Select(r => r.Score!)], score, interval, write);
            return $"{text}{unit} ({writeInterval(hull)})";
        }
    }

    static List<Line> Lines(IEnumerable<ResultRow> rows) =>
        [.. rows.Where(r => r.Score is not null).GroupBy(r => r.Label).Select(l => new Line([.. l]))];

    public static IEnumerable<string> Of(StudyTable table) =>
        table.Datasets.SelectMany(d => Of([.. table.AllRows.Where(r => r.Dataset == d)], d, table.Study.Protocols[0])
            .Concat(table.PairsOn(d) is { IsEmpty: false } pairs
                ? [(table.Study.Seeds.Length > 1 ? $"Seed {table.Study.Bench.Seed}: " : "") +
                    SupportedOrder(pairs, FoldProtocol.CountPeople(table.Study.Bench.Dataset(d)))]
                : []));

    /// <param name="rows">The table's rows on one data set, with every seed.</param>
    /// <param name="dataset">The data set.</param>
    /// <param name="honest">The protocol that chooses nothing on the test subject.</param>
    public static IEnumerable<string> Of(ImmutableArray<ResultRow> rows, DatasetId dataset, EpochProtocol honest)
    {
        var final = Lines(rows.Where(r => r.Kind is RowKind.Variant or RowKind.Added && r.Protocol == honest
            && r.Method is not SeedAverage));
        if (final.FirstOrDefault(r => r.First.Method == Tables.Full) is not { } full) yield break;
        var where = $"{full.First.Title} ({full.First.Brief})";
        var seeds = full.Seeds.Length == 1 ? ""
            : $", in the mean of the seeds {string.Join(", ", full.Seeds.Select(r => r.Seed))}";

        var rule = Lines(rows.Where(r => r.Method == Tables.Full && r.Kind is RowKind.Variant or RowKind.Added
            && r.Protocol is { LooksAtTestSubject: true })).FirstOrDefault();
        yield return $"{where}: the full network has " +
            full.Figure(s => s.Accuracy, s => s.AccuracyInterval, Figures.Percent, Figures.Percent, " % accuracy") +
            " and UF1 " + full.Figure(s => s.UF1, s => s.UF1Interval, Figures.Fraction, Figures.Fraction, "") +
            $" at the {honest.Label}{seeds}."
            + (rule is { } best ? " Choosing the epoch on the test subject " +
                $"{(best.Accuracy > full.Accuracy ? "lifts" : "brings")} the same " +
                $"{(seeds.Length > 0 ? "runs" : "run")} to {Figures.Percent(best.Accuracy)} % and " +
                Figures.Fraction(best.UF1) +
                (best.Accuracy > full.Accuracy
                    ? $": {Figures.Percent(best.Accuracy - full.Accuracy)} points that no new subject would see."
                    : ".") : "");

        if (final.Count > 1) yield return $"{Order(final)} {Support(final)}";
        yield return WithoutImages(rows, full);
    }

    static string Order(List<Line> rows)
    {
        var published = rows.Where(r => r.First.Paper is not null && r.First.IsComparable).ToList();
        var measured = Descending(rows, r => r.UF1);
        var by = $"By UF1{(rows.Any(r => r.Seeds.Length > 1) ? ", the mean of the seeds" : "")}, supported or not";
        if (published.Count < 2) return $"{by}: {measured}.";
        var paper = Descending(published, r => (double)r.First.Paper!.F1);
        return $"{by}: {measured}; " + (paper == Descending(published, r => r.UF1)
            ? "the paper prints the same order." : $"the paper prints {paper}.");
    }

    /// <summary>Labels from the largest figure down; equal figures are level.</summary>
    static string Descending(IEnumerable<Line> rows, Func<Line, double> figure) => string.Join(" > ",
        rows.GroupBy(r => Math.Round(figure(r), 9)).OrderByDescending(level => level.Key)
            .Select(level => string.Join(" = ", level.Select(r => r.First.Label))));

    static string Support(List<Line> rows)
    {
        var compared = rows.Where(r => r.First.AgainstFull is not null)
            .Select(r => (r.First.Label, Comparison: r.First.AgainstFull!)).ToList();
        if (compared.Count == 0) return "";
        var (among, subjects) = (compared[0].Comparison.Among, rows[0].First.Score!.Folds);
        var smallest = SubjectPermutation.Smallest(subjects, among);
        if (smallest > Level)
            return $"With {subjects} subjects and {among} rows compared the " +
                "test cannot support any difference: the smallest p-value it can give is " +
                $"{smallest.ToString("0.000", CultureInfo.InvariantCulture)}.";
        var supported = compared.Where(r => r.Comparison.HolmP < Level).ToList();
        var others = compared.Count - supported.Count;
        var test = $"({(rows.Max(r => r.Seeds.Length) > 1 ? "all seeds' decisions pooled, " : "")}" +
            "permutation test by subject, Holm's correction).";
        return supported.Count > 0
            ? $"The data support the difference from the full network for {string.Join(", ", supported.Select(r =>
                $"{r.Label} ({Figures.Difference(r.Comparison.UF1, 0)} UF1)"))}" +
              (others == 0 ? "" : $" and not for the other {(others == 1 ? "row" : $"{others}")}") + $" {test}"
            : compared.Count == 1 ? $"The data do not support the one difference from the full network {test}"
            : $"None of the {compared.Count} differences from the full network is supported by the data {test}";
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
                .First(n => pairs.Length * Math.Pow(2, 1 - n) <= Level);
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

    static string WithoutImages(ImmutableArray<ResultRow> rows, Line full)
    {
        var looked = rows.FirstOrDefault(r => r.Kind == RowKind.Baseline && r.Label == Rule.Lookup);
        var lookup = looked?.Score;
        var majority = rows.FirstOrDefault(r => r.Kind == RowKind.Baseline && r.Label == Rule.Majority)?.Score;
        if (lookup is null || majority is null) return "";
        var lead = full.Accuracy - lookup.Accuracy;
        return "Looking up the nearest set of action units, without any image, gives " +
            $"{Figures.Percent(lookup.Accuracy)} %; the majority class {Figures.Percent(majority.Accuracy)} %. " +
            "The full network is " +
            $"{(Math.Abs(lead) < 0.0005
                ? "level with"
                : $"{Figures.Percent(Math.Abs(lead))} points {(lead > 0 ? "above" : "below")}")} " +
            "the look-up" + (looked!.AgainstFull is { } tested ? " (UF1" +
                $"{(full.Seeds.Length > 1 ? ", all seeds' decisions pooled" : "")}, permutation test by subject: p " +
                $"{Figures.P(tested.HolmP)} after Holm's correction)." : ".");
    }
}
