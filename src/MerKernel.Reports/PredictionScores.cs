using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>Scores of predictions from elsewhere, next to the controls of every table: rules without images, and the paper's figures.</summary>
public static class PredictionScores
{
    /// <summary>The scores as a table; the notes below it say what the file shows and what the data support.</summary>
    /// <param name="name">Name of the system.</param>
    /// <param name="predictions">Its predictions.</param>
    /// <param name="data">The data set that they were checked against.</param>
    public static TextTable Of(string name, Predictions predictions, MerDataset data)
    {
        var (facts, classes) = (DatasetFacts.Of(data), data.Classes.Length);
        ImmutableArray<EpochProtocol> protocols = predictions.ChoosesEpochs ? [new BestTestEpoch()]
            : predictions.Runs[0].Folds.Any(f => f.Logits.Length > 1) ? EpochProtocol.SideBySide : [EpochProtocol.Default];
        var rules = Rule.All.Where(r => r.Label is Rule.Lookup or Rule.Majority).Select(r => (r.Label, Folds: r.Run(facts))).ToList();
        var paper = Tables.Numbered(2).Rows.First(r => r.Method == Tables.Full).On(data.Id);

        string Epoch(EpochProtocol protocol) => predictions.SaysEpoch ? protocol.Label : "not said";
        var rows = new List<ImmutableArray<TextTable.Cell>>();
        foreach (var protocol in protocols)
            foreach (var (seed, folds) in predictions.Runs)
                rows.Add([$"{name}{(seed is { } s ? $", seed {s}" : "")}", Epoch(protocol), .. Cells(Score.Of(protocol.Apply(folds), classes))]);
        if (predictions.Runs.Length > 1)
            foreach (var protocol in protocols)
                rows.Add([$"{name}, mean of {predictions.Runs.Length} seeds", Epoch(protocol), .. Means([.. predictions.Runs.Select(r => Score.Of(protocol.Apply(r.Folds), classes))])]);
        rows.AddRange(rules.Select(r => (ImmutableArray<TextTable.Cell>)[new(r.Label, Tint: TextTable.Tint.Added), "no epoch to choose", .. Cells(Score.Of(r.Folds, classes))]));
        if (paper is not null) rows.Add(["the paper's network, as printed", "not said", Figures.Printed(paper.Accuracy), Figures.Printed(paper.F1), "–", "–"]);
        return new TextTable($"{name}\n{data.Title}{(data.Synthetic ? " (synthetic)" : "")}, {data.Clips.Length} clips of {data.Subjects.Length} subjects", ["row", "epoch", ">accuracy", ">UF1", ">UAR", ">clips"], [.. rows])
        {
            Notes =
            [
                "Accuracy in percent; UF1 and UAR of the confusion matrix pooled over folds; in brackets the 95 % interval by bootstrap over subjects.",
                .. predictions.Remarks,
                .. predictions.ChoosesEpochs ? [] : rules.Select(r => Difference(name, protocols[0].Apply(predictions.Runs[0].Folds).Folds, r.Label, r.Folds, classes)),
                .. data.Synthetic ? ["Synthetic data: these numbers say nothing about real faces."] : Array.Empty<string>(),
            ],
        };
    }

    static IEnumerable<TextTable.Cell> Cells(Score score) =>
    [
        new(Figures.Percent(score.Accuracy), $"[{Figures.Percent(score.AccuracyInterval)}]"), new(Figures.Fraction(score.UF1), $"[{Figures.Fraction(score.UF1Interval)}]"),
        new(Figures.Fraction(score.Uar), $"[{Figures.Fraction(score.UarInterval)}]"), $"{score.Clips}",
    ];

    static IEnumerable<TextTable.Cell> Means(ImmutableArray<Score> scores)
    {
        TextTable.Cell Mean(Func<Score, double> score, Func<double, string> write) => Figures.Spread([.. scores.Select(score)]) is var (mean, deviation) ? $"{write(mean)} ± {write(deviation)}" : "";
        return [Mean(s => s.Accuracy, Figures.Percent), Mean(s => s.UF1, Figures.Fraction), Mean(s => s.Uar, Figures.Fraction), $"{scores[0].Clips}"];
    }

    static string Difference(string name, IReadOnlyList<FoldOutcome> folds, string rule, IReadOnlyList<FoldOutcome> ruled, int classes)
    {
        var difference = Comparison.Of(name, folds, rule, ruled, classes);
        return $"{name} minus {rule}: accuracy {Figures.PercentDifference(difference.Accuracy, 0)} points, UF1 {Figures.Difference(difference.UF1, 0)} (permutation test by subject, p {Figures.P(difference.PermutationP)}).";
    }
}
