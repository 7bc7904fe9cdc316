using MerKernel.Reports.Charts;
using Plotly.NET;

namespace MerKernel.Reports;

/// <summary>The results of a sweep on a few subjects.</summary>
public sealed class SweepResult
{
    readonly Study _study;

    internal SweepResult(Study study, Sweep sweep, ImmutableArray<SweepPoint> points, ImmutableArray<string> subjects)
    {
        (_study, Sweep, Subjects) = (study, sweep, subjects);
        var catalogue = new RunCatalogue(study.Bench.Store);
        Runs = [.. points.Select(p => (p, catalogue.Of(p.Experiment, subjects)))];
    }

    /// <summary>The sweep.</summary>
    public Sweep Sweep { get; }

    /// <summary>The subjects left out in turn; every run is scored only on these.</summary>
    public ImmutableArray<string> Subjects { get; }

    /// <summary>Each point and its run, in the order of the sweep.</summary>
    public ImmutableArray<(SweepPoint Point, RunInfo Run)> Runs { get; }

    /// <summary>The run with the highest accuracy at the final epoch; the first of equal ones.</summary>
    public RunInfo Best => Runs.MaxBy(r => r.Run.Accuracy!.Value).Run;

    /// <summary>The run with the lowest accuracy at the final epoch; the first of equal ones.</summary>
    public RunInfo Worst => Runs.MinBy(r => r.Run.Accuracy!.Value).Run;

    /// <summary>The meaning of the numbers, and their limits.</summary>
    public IHtmlContent Notice => HtmlText.Notice([$"{Runs.Length} runs on {Sweep.Start.Dataset.Title()}, each " +
        $"scored on {Subjects.Length} of {_study.Bench.Dataset(Sweep.Start.Dataset).Subjects.Length} subjects " +
        $"({string.Join(", ", Subjects)}; {Best.Clips} clips): enough to see an effect's size, too few to choose by. " +
        "Whoever chooses here has chosen on test subjects."]);

    /// <summary>The runs as a table that sorts.</summary>
    public TextTable Table() => RunTable.Of(Runs.Select(r => r.Run));

    /// <summary>Every run as a line through the varied options and the scores.</summary>
    public GenericChart ParallelCoordinates() => ParallelChart.Of(this, _study.Brief(Sweep.Start.Dataset));

    /// <summary>Two runs side by side: options that differ, and clips that changed sides.</summary>
    public IHtmlContent Compare(RunInfo first, RunInfo second) =>
        RunComparisonText.ToHtml(RunComparison.Of(new RunCatalogue(_study.Bench.Store), first, second),
            _study.Bench.Dataset(Sweep.Start.Dataset).Classes);

    /// <summary>Conclusions from the numbers.</summary>
    public IHtmlContent Conclusion()
    {
        var (low, high) = (Runs.Min(r => r.Run.Accuracy!.Value), Runs.Max(r => r.Run.Accuracy!.Value));
        return HtmlText.Paragraphs([
            $"Over {Runs.Length} runs the accuracy at the final epoch lies between {Figures.Percent(low)} and " +
            $"{Figures.Percent(high)} %, on {Best.Clips} clips, where a single clip is " +
            $"{Figures.Percent(1.0 / Math.Max(1, Best.Clips))} points.",
            .. Effects([.. Sweep.Axes.Select((axis, i) =>
                (axis.Name, axis.Values.Select((value, v) => (value, Accuracies(i, v)))))]),
        ]);
    }

    /// <summary>The mean accuracy by each option, the one that makes the largest difference first.</summary>
    /// <param name="axes">Each option's name, and the accuracies of the runs that have each of its values.</param>
    internal static IEnumerable<string> Effects(
        IReadOnlyList<(string Name, IEnumerable<(string Value, List<double> Accuracies)> Values)> axes)
    {
        var effects = axes.Select(axis => (axis.Name, Means: axis.Values.Where(v => v.Accuracies.Count > 0)
                .Select(v => (v.Value, Mean: v.Accuracies.Average(), Runs: v.Accuracies.Count)).ToList()))
            .Where(a => a.Means.Count > 1)
            .OrderByDescending(a => a.Means.Max(m => m.Mean) - a.Means.Min(m => m.Mean)).ToList();
        // A value that one run has, has that run's other values too.
        var apart = effects.ToLookup(a => effects.Count == 1 || a.Means.All(m => m.Runs > 1));
        foreach (var (name, means) in apart[true])
            yield return $"The mean accuracy by {name}: {string.Join(", ", means.Select(m =>
                $"{Figures.Percent(m.Mean)} % at {m.Value} ({m.Runs} {(m.Runs == 1 ? "run" : "runs")})"))}.";
        if (apart[false].Any())
            yield return $"Not told apart from the others: {string.Join(", ", apart[false].Select(a => a.Name))}. " +
                "A value with a single run has that run's other options too; more runs, or a sweep over that option " +
                "and no other, would tell.";
    }

    List<double> Accuracies(int axis, int position) =>
        [.. Runs.Where(r => r.Point.Settings[axis].Position == position).Select(r => r.Run.Accuracy!.Value)];
}
