namespace MerKernel.Reports;

/// <summary>
/// Scores of predictions from elsewhere, next to the controls of every table: rules without images, and the paper's
/// figures.
/// </summary>
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
            : predictions.HasSeveralEpochs ? EpochProtocol.SideBySide
            : [EpochProtocol.Default];
        ProtocolOutcome Applied(EpochProtocol protocol, IEnumerable<FoldPrediction> folds) =>
            FoldProtocol.ByPerson(data.Id, protocol.Apply(folds));
        var rules = Rule.On(facts).Where(r => r.Label is Rule.Lookup or Rule.Majority)
            .Select(r => (r.Label, Folds: FoldProtocol.ByPerson(data.Id, r.Run(facts)))).ToList();
        var paper = facts.HasPaperClasses
            ? Tables.Numbered(2).Rows.First(r => r.Method == Tables.Full).On(data.Id) : null;

        string Epoch(EpochProtocol protocol) => predictions.SaysEpoch ? protocol.Label : "not said";
        var rows = new List<ImmutableArray<TextTable.Cell>>();
        foreach (var protocol in protocols)
            foreach (var (seed, folds) in predictions.Runs)
                rows.Add([$"{name}{(seed is { } s ? $", seed {s}" : "")}", Epoch(protocol),
                    .. Cells(Score.Of(Applied(protocol, folds), classes))]);
        if (predictions.Runs.Length > 1)
            foreach (var protocol in protocols)
                rows.Add([$"{name}, mean of {predictions.Runs.Length} seeds", Epoch(protocol),
                    .. Cells([.. predictions.Runs.Select(r => Score.Of(Applied(protocol, r.Folds), classes))])]);
        rows.AddRange(rules.Select(r => (ImmutableArray<TextTable.Cell>)[new(r.Label, Tint: TextTable.Tint.Added),
            "no epoch to choose", .. Cells(Score.Of(r.Folds, classes))]));
        if (paper is not null)
            rows.Add(["the paper's network, as printed", "not said", Figures.Printed(paper.Accuracy),
                Figures.Printed(paper.F1), "–", "–"]);
        return new TextTable($"{name}\n{data.Title}{(data.Synthetic ? " (synthetic)" : "")}, {data.Clips.Length} " +
            $"clips of {FoldProtocol.CountPeople(data)} subjects",
            ["row", "epoch", ">accuracy", ">UF1", ">UAR", ">clips"], [.. rows])
        {
            Notes =
            [
                "Accuracy in percent; UF1 and UAR of the confusion matrix pooled over folds; in brackets the 95 % " +
                "interval by bootstrap over subjects.",
                .. predictions.Remarks,
                .. predictions.ChoosesEpochs ? [] : rules.Select(r => Difference(predictions.Runs.Length,
                    Comparison.Of(name, FoldOutcome.Together([.. predictions.Runs.Select(run =>
                        Applied(protocols[0], run.Folds).Folds)]), r.Label, r.Folds, classes))),
                .. data.Synthetic
                    ? ["Synthetic data: these numbers say nothing about real faces."]
                    : Array.Empty<string>(),
            ],
        };
    }

    static TextTable.Cell[] Cells(params IReadOnlyList<Score> seeds) =>
        [.. ResultTable.Scores(seeds), $"{seeds[0].Clips}"];

    static string Difference(int seeds, Comparison c) =>
        $"{c.First} minus {c.Second}{(seeds > 1 ? $", {seeds} seeds pooled" : "")}: accuracy " +
        $"{Figures.PercentDifference(c.Accuracy, 0)} points, UF1 {Figures.Difference(c.UF1, 0)} (permutation test by " +
        $"subject, p {Figures.P(c.PermutationP)}).";
}

/// <summary>A protocol over several data sets as a table: all clips together, then each set.</summary>
public static class ProtocolTable
{
    /// <summary>The scores of one network.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="data">The data set that <see cref="FoldProtocol"/> made.</param>
    /// <param name="outcome">Its folds at the chosen epochs.</param>
    public static TextTable Of(string name, MerDataset data, ProtocolOutcome outcome) => Of(data, [(name, outcome)]);

    /// <summary>The scores of several networks, each with a row for all clips and one for each set.</summary>
    public static TextTable Of(MerDataset data, params IEnumerable<(string Name, ProtocolOutcome Outcome)> runs)
    {
        var rows = runs.Select(r => (r.Name, r.Outcome, Scores: PartScore.Of(data, r.Outcome))).ToList();
        var protocol = FoldProtocol.Of(data.Id)!;
        return TextTable.Of(
            $"{protocol.Name}: {string.Join(", ", data.Classes)}{(data.Synthetic ? " (synthetic)" : "")}",
            ["network, epoch", "data set", ">UF1", ">UAR", ">accuracy (%)", ">clips", ">people", ">onset to apex (ms)"],
            rows.SelectMany(r =>
                r.Scores.Select(s => (string[])[s.Dataset is null ? $"{r.Name}, {r.Outcome.Protocol.Label}" : "",
                    s.Dataset?.Title() ?? "all",
                    Figures.Fraction(s.UF1), Figures.Fraction(s.Uar), Figures.Percent(s.Accuracy), $"{s.Clips}",
                    $"{s.People}", s.ApexMilliseconds?.ToString("0", CultureInfo.InvariantCulture) ?? "–"])),
            "UF1 and UAR of the confusion matrix pooled over folds, of all clips and of each set's. The time from " +
            "onset to apex is the median: sets differ in it and in frames per second.");
    }
}

/// <summary>How well a run's detectors find the commonest action units.</summary>
public static class DetectedUnitTable
{
    /// <summary>F1 of each of the ten commonest units with its interval, and the mean.</summary>
    /// <param name="folds">A run with predicted action units.</param>
    /// <param name="data">Its data set, which has the coders' units.</param>
    /// <param name="seed">Says the seed, where others are shown elsewhere.</param>
    /// <exception cref="UserErrorException">No fold has predicted units.</exception>
    public static TextTable Of(IReadOnlyList<FoldPrediction> folds, MerDataset data, string seed = "")
    {
        if (folds.All(f => f.ActionUnits is null))
            throw new UserErrorException("No fold here has detected action units; train one with " +
                "ActionUnits = ActionUnitSource.Predicted.");
        var coded = data.Clips.ToDictionary(c => c.Id,
            c => (IReadOnlySet<int>)c.ActionUnits.Select(u => u.Number).Where(ActionUnits.Used.Contains).ToHashSet());
        var people = data.Clips.Select(c => c.Id).Zip(FoldProtocol.PeopleOf(data)).ToDictionary();
        var scores = UnitScore.Of([.. folds.Where(f => f.ActionUnits is not null).SelectMany(f => f.Clips.Select(
            (clip, i) => (people[clip], coded[clip], (IReadOnlySet<int>)f.ActionUnits!.Value[i].ToHashSet())))]);
        return TextTable.Of(
            $"Action units as detectors find them\n{data.Id.Title()}{(data.Synthetic ? " (synthetic)" : "")}{seed}",
            ["unit", ">clips", ">F1", ">95 % interval", ">F1 of naming it always"],
            scores.Select(s => (IEnumerable<string>)[s.Unit == 0 ? "mean" : $"AU {s.Unit}",
                s.Unit == 0 ? "" : $"{s.Clips}", Figures.Fraction(s.F1), Figures.Fraction(s.Interval),
                Figures.Fraction(s.Always)]),
            "Each clip's units are found by a detector that learned from the other subjects. Naming a unit in every " +
            "clip is the best that can be done without looking: 2p / (1 + p) for a share p of the clips.");
    }
}
