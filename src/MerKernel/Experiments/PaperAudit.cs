using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>Findings on the paper's numbers from only these numbers.</summary>
public static class PaperAudit
{
    /// <summary>
    /// Sample sizes in question: CASME II's sheets of 2014 and 2019, the published run's 248, the paper's 255; SAMM's
    /// 136 five-class clips, 133, and all 159.
    /// </summary>
    public static ImmutableArray<int> SampleSizes(DatasetId dataset) =>
        dataset == DatasetId.CasmeII ? [246, 248, 249, 255] : [133, 136, 159];

    /// <summary>The size that fits most of the printed accuracies: 248 and 133.</summary>
    public static int LikelySize(DatasetId dataset) => dataset == DatasetId.CasmeII ? 248 : 133;

    /// <summary>Every distinct accuracy of the paper's own rows and abstract, with the sizes that allow it.</summary>
    public static ImmutableArray<AccuracyFinding> Accuracies(DatasetId dataset) =>
        [.. OwnRows(dataset).Select(r => (r.Figure.Accuracy, r.Where))
            .Append((Tables.AccuracyInAbstract(dataset), "abstract"))
            .GroupBy(p => p.Item1, p => p.Item2)
            .Select(g => new AccuracyFinding(g.Key, [.. g],
                [.. SampleSizes(dataset).Select(n => Grim.Match(g.Key, n)).OfType<GrimMatch>()]))];

    /// <summary>Five-class clips of CASME II's sheets of 2014 and 2019.</summary>
    public const int SmallestSheet = 246, LargestSheet = 249;

    /// <summary>
    /// Every accuracy that Table 1 prints for another system, with the sizes between CASME II's two sheets that allow
    /// it.
    /// </summary>
    public static ImmutableArray<AccuracyFinding> ComparedSystems() =>
        [.. Tables.Numbered(1).Rows.Where(r => r.Method != Tables.Full && r.CasmeII is not null)
            .Select(r => new AccuracyFinding(r.CasmeII!.Accuracy, [r.Label],
                [.. Grim.Matches(r.CasmeII.Accuracy, SmallestSheet, LargestSheet)]))];

    /// <summary>Networks with more than one printed value on the same data.</summary>
    public static ImmutableArray<Contradiction> Contradictions() =>
        [.. Several(v => v.Network, v => v.Value)
            .Select(s => new Contradiction(s.Key, s.Dataset, s.Quantity, s.Parts))];

    /// <summary>Values that different networks have on the same data.</summary>
    public static ImmutableArray<SharedValue> Shared() =>
        [.. Several(v => v.Value, v => v.Network)
            .Select(s => new SharedValue(s.Key, s.Dataset, s.Quantity, s.Parts))];

    /// <summary>Printed values grouped by a key, where a group has several parts, each with its places.</summary>
    static IEnumerable<(TKey Key, DatasetId Dataset, string Quantity, ImmutableArray<(TPart, string)> Parts)>
        Several<TKey, TPart>(Func<(string Network, decimal Value, string Where), TKey> key,
            Func<(string Network, decimal Value, string Where), TPart> part) =>
                from dataset in DatasetNames.Paper
                from quantity in (string[])["accuracy", "F1"]
                from same in Values(dataset, quantity).GroupBy(key)
                let parts = same.GroupBy(part, v => v.Where).Select(p => (p.Key, string.Join(", ", p)))
                    .ToImmutableArray()
                where parts.Length > 1
                select (same.Key, dataset, quantity, parts);

    /// <summary>
    /// Every distinct pair of accuracy and F1 next to the F1 that its accuracy allows, at the likely sample size or,
    /// where that does not allow the accuracy, at the size of the whole sheet.
    /// </summary>
    public static ImmutableArray<F1Finding> F1Scores(DatasetId dataset) =>
        Bounded.GetOrAdd(dataset, d => new(() => FindF1Scores(d))).Value;

    // The search takes seconds and depends only on constants.
    static readonly ConcurrentDictionary<DatasetId, Lazy<ImmutableArray<F1Finding>>> Bounded = [];

    static ImmutableArray<F1Finding> FindF1Scores(DatasetId dataset)
    {
        var ranges = new Dictionary<GrimMatch, F1Range>();
        return [.. OwnRows(dataset).GroupBy(r => r.Figure).Select(g =>
        {
            var match = Grim.Match(g.Key.Accuracy, LikelySize(dataset))
                ?? Grim.Match(g.Key.Accuracy, dataset == DatasetId.CasmeII ? 249 : 136);
            if (match is not null && !ranges.ContainsKey(match)) ranges[match] = Range(dataset, match);
            return new F1Finding(string.Join(", ", g.Select(r => r.Where)), g.Key, match,
                match is null ? null : ranges[match]);
        })];
    }

    /// <summary>The widest bounds over every class balance that fits the known facts.</summary>
    static F1Range Range(DatasetId dataset, GrimMatch match)
    {
        var ranges = Balances(dataset, match.Total).AsParallel().Select(b => F1Bounds.OfUF1(b, match.Correct)).ToList();
        return new F1Range(ranges.Min(r => r.Low), ranges.Max(r => r.High));
    }

    /// <summary>
    /// Class balances of a sample. CASME II: the sheet of 2014 (happiness, repression, disgust, surprise, others) with
    /// the three clips that the sheet of 2019 adds, for 248 without 07/EP06_01; their classes are left open. SAMM: the
    /// sheet (happiness, anger, contempt, surprise, other), for 133 without three unknown clips.
    /// </summary>
    static IEnumerable<int[]> Balances(DatasetId dataset, int clips) => dataset == DatasetId.CasmeII
        ? Changed(Changed([[32, 27, 63, 25, 99]], +1, 3), -1, 249 - clips)
        : Changed([[26, 57, 12, 15, 26]], -1, 136 - clips);

    static IEnumerable<int[]> Changed(IEnumerable<int[]> balances, int by, int times) => times == 0
        ? balances
        : Changed(balances.SelectMany(b => b.Select((_, i) => b.Select((n, c) => c == i ? n + by : n).ToArray()))
            .DistinctBy(b => string.Join(',', b)), by, times - 1);

    /// <summary>Subjects of the five-class clips.</summary>
    public static int Subjects(DatasetId dataset) => dataset == DatasetId.CasmeII ? 26 : 27;

    /// <summary>
    /// Every row of the paper's ablations against the full network of its table, with the smallest p-value that any
    /// predictions with those two accuracies could have had, by itself and after Holm's correction over the table's
    /// rows.
    /// </summary>
    public static ImmutableArray<AblationFinding> Ablations(DatasetId dataset) =>
        [.. from table in Tables.All.Where(t => !t.ComparesSystems)
            let full = table.Rows.Single(r => r.Method == Tables.Full).On(dataset)
            where full is not null
            let rows = table.Printed.Where(r => r.Method != Tables.Full && r.On(dataset) is not null)
                .Select(r => (r.Label, r.On(dataset)!.Accuracy, Case: BestCase.Of(full.Accuracy,
                    r.On(dataset)!.Accuracy, LikelySize(dataset), Subjects(dataset)))).ToList()
            from finding in rows.Zip(Holm.Adjust([.. rows.Select(r => r.Case.McNemarP)]),
                (r, p) => new AblationFinding(table.Number, r.Label, r.Accuracy, full.Accuracy, r.Case, p))
            select finding];

    static IEnumerable<(string Network, decimal Value, string Where)> Values(DatasetId dataset, string quantity)
    {
        var values = OwnRows(dataset)
            .Select(r => (r.Network, quantity == "F1" ? r.Figure.F1 : r.Figure.Accuracy, r.Where));
        return quantity == "F1"
            ? values
            : values.Append((Tables.Full.Name, Tables.AccuracyInAbstract(dataset), "abstract"));
    }

    static IEnumerable<(string Network, Printed Figure, string Where)> OwnRows(DatasetId dataset) =>
        from table in Tables.All
        from row in table.Rows
        where row.Method is Change && row.On(dataset) is not null
        select (row.Method!.Name, row.On(dataset)!, $"Table {table.Number}");
}

/// <summary>A row of an ablation against the full network, at its best.</summary>
/// <param name="Table">Number of the table.</param>
/// <param name="Row">The row's label.</param>
/// <param name="Accuracy">Its printed accuracy in percent.</param>
/// <param name="Full">The full network's.</param>
/// <param name="Case">The best case of the two.</param>
/// <param name="HolmP">The best case's McNemar p-value after Holm's correction over the table's rows.</param>
public sealed record AblationFinding(int Table, string Row, decimal Accuracy, decimal Full, BestCase Case, double HolmP)
{
    /// <summary>
    /// Whether some predictions with these accuracies would have been significant at 0.05, by clips and by subjects.
    /// </summary>
    public bool Possible => HolmP < 0.05 && Case.SubjectP < 0.05;
}

/// <summary>A printed accuracy and the sample sizes that allow it.</summary>
/// <param name="Accuracy">Accuracy in percent, digits as printed.</param>
/// <param name="Where">Where it is printed.</param>
/// <param name="Matches">The sizes asked about that allow it, with the number of correct clips.</param>
public sealed record AccuracyFinding(decimal Accuracy, ImmutableArray<string> Where, ImmutableArray<GrimMatch> Matches);

/// <summary>A printed F1 next to the F1 scores that its accuracy allows.</summary>
/// <param name="Where">Where the pair is printed.</param>
/// <param name="Printed">The pair.</param>
/// <param name="Correct">Correct clips behind the accuracy, or null where no number of clips gives it.</param>
/// <param name="Range">
/// Macro F1 scores that so many correct clips allow at any class balance that fits the known facts. The upper end holds
/// also if F1 was taken at another epoch than accuracy, since no epoch has more clips right; the lower end then does
/// not.
/// </param>
public sealed record F1Finding(string Where, Printed Printed, GrimMatch? Correct, F1Range? Range)
{
    /// <summary>Whether the F1 is possible; null where the accuracy already is not.</summary>
    public bool? Possible => Range?.Allows(Printed.F1);
}

/// <summary>The same network on the same data with more than one printed value.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Quantity">'accuracy' or 'F1'.</param>
/// <param name="Values">Each value with the places that print it.</param>
public sealed record Contradiction(string Network, DatasetId Dataset, string Quantity,
    ImmutableArray<(decimal Value, string Where)> Values);

/// <summary>A value that different networks have on the same data.</summary>
/// <param name="Value">The value.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Quantity">'accuracy' or 'F1'.</param>
/// <param name="Networks">Each network with the places that print it.</param>
public sealed record SharedValue(decimal Value, DatasetId Dataset, string Quantity,
    ImmutableArray<(string Network, string Where)> Networks);
