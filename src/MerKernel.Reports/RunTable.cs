namespace MerKernel.Reports;

/// <summary>Runs as a table that sorts by any column.</summary>
public static class RunTable
{
    /// <summary>Columns of a list of runs: heading, with '>' for figures, text, and its sort key.</summary>
    public static ImmutableArray<(string Heading, Func<RunInfo, string> Text, Func<RunInfo, IComparable> Key)> Columns
    { get; } =
    [
        ("run", r => r.Hash[..8], r => r.Hash),
        ("data set", r => r.Experiment.Dataset.Title(), r => r.Experiment.Dataset),
        ("profile", r => r.Words.Profile, r => r.Words.Profile),
        ("network and options", r => r.Words.Text, r => r.Words.Text),
        (">seed", r => Number(r.Experiment.Seed), r => r.Experiment.Seed),
        (">folds", r => r.AllFolds is { } all ? $"{r.Folds} of {all}" : Number(r.Folds), r => r.Folds),
        (">clips", r => Number(r.Clips), r => r.Clips),
        (">accuracy", r => Percent(r.Accuracy), r => r.Accuracy ?? -1),
        (">UF1", r => Fraction(r.UF1), r => r.UF1 ?? -1),
        (">best-test accuracy", r => Percent(r.BestTestAccuracy), r => r.BestTestAccuracy ?? -1),
        (">best-test UF1", r => Fraction(r.BestTestUF1), r => r.BestTestUF1 ?? -1),
        (">time", r => $"{r.Seconds.ToString("0", CultureInfo.InvariantCulture)} s", r => r.Seconds),
        ("date", r => r.Finished?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–",
            r => r.Finished ?? DateTime.MinValue),
    ];

    /// <summary>The meaning of the columns, for below the table.</summary>
    public const string Legend = "Accuracy in percent and UF1 of the confusion matrix pooled over the stored folds: " +
        "at the final epoch, and (best-test) at the epoch chosen on the test subject. Times are added up over folds; " +
        "dates are UTC.";

    /// <summary>The list; in HTML a click on a heading sorts.</summary>
    public static TextTable Of(IEnumerable<RunInfo> runs) =>
        TextTable.Of("Runs", Columns.Select(c => c.Heading), runs.Select(r => Columns.Select(c => c.Text(r))),
            Legend) with
        {
            Sorts = true
        };

    /// <summary>The column of a heading, in any case.</summary>
    /// <exception cref="UserErrorException">There is no such column.</exception>
    public static (string Heading, Func<RunInfo, string> Text, Func<RunInfo, IComparable> Key) Named(string heading) =>
        Columns.Where(c => c.Heading.TrimStart('>').Equals(heading, StringComparison.OrdinalIgnoreCase))
            .FirstOrDefault() is { Key: not null } column ? column
        : throw new UserErrorException($"--sort {heading} is no column; the columns are " +
            $"{string.Join(", ", Columns.Select(c => $"'{c.Heading.TrimStart('>')}'"))}.");

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    static string Percent(double? value) => value is { } v ? Figures.Percent(v) : "–";

    static string Fraction(double? value) => value is { } v ? Figures.Fraction(v) : "–";
}

/// <summary>A comparison of two runs in words and tables, for terminal and notebook.</summary>
public static class RunComparisonText
{
    /// <summary>The compared runs, and how much their scores differ.</summary>
    public static IEnumerable<string> Sentences(RunComparison c)
    {
        yield return $"{c.First.Hash[..8]} ({c.First.Words.Text}) and {c.Second.Hash[..8]} ({c.Second.Words.Text}) " +
            $"on {c.First.Experiment.Dataset.Title()}: {c.Clips} clips of {c.Subjects.Length} subjects that both " +
            "have, final epoch." + (c.First.Experiment.DatasetFingerprint == c.Second.Experiment.DatasetFingerprint ? ""
                : " The data of the two differ, so their networks were trained on different clips.");
        if (c.Subjects.Length < 10)
            // Drawing so few again and again says more about who they are than about the runs.
            yield return $"Second minus first: accuracy {Figures.PercentDifference(c.Accuracy, 0)} points, UF1 " +
                $"{Figures.Difference(c.UF1, 0)}. " +
                $"{(c.Subjects.Length == 1 ? "One subject is" : $"{c.Subjects.Length} subjects are")} too few for an " +
                "interval, and cannot tell the two apart.";
        else
            yield return $"Second minus first: accuracy {Figures.PercentDifference(c.Accuracy, 0)} points (95 % " +
                $"interval {Signed(100 * c.AccuracyInterval.Low, "0.0")} to " +
                $"{Signed(100 * c.AccuracyInterval.High, "0.0")}), UF1 {Figures.Difference(c.UF1, 0)} " +
                $"({Signed(c.UF1Interval.Low, ".000")} to {Signed(c.UF1Interval.High, ".000")}), by paired bootstrap " +
                "over subjects. The interval of the accuracy " + (c.AccuracyInterval is { Low: <= 0, High: >= 0 }
                    ? "holds zero: these clips do not tell the two apart."
                    : "does not hold zero. It does not know how the two runs were chosen: of many pairs some differ " +
                      "so much by chance.");
        yield return $"Clips right only in the second: {c.Changed.Count(x => x.Gained)}; only in the first: " +
            $"{c.Changed.Count(x => !x.Gained)}.";
    }

    /// <summary>Options that differ and clips that changed sides.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="classes">Class names in label order; a label without one shows its number.</param>
    public static IEnumerable<TextTable> Tables(RunComparison comparison, IReadOnlyList<string> classes)
    {
        string Name(int label) => label < classes.Count ? classes[label] : $"{label}";
        yield return TextTable.Of("Options that differ", ["option", "first", "second"],
            comparison.Options.Select(o => (string[])[o.Name, o.First, o.Second]));
        yield return TextTable.Of("Clips that changed sides", ["clip", "true class", "first", "second", "right in"],
            comparison.Changed.Select(x =>
                (string[])[x.Clip, Name(x.Label), Name(x.First), Name(x.Second), x.Gained ? "second" : "first"]));
    }

    /// <summary>The whole comparison as HTML.</summary>
    public static IHtmlContent ToHtml(RunComparison comparison, IReadOnlyList<string> classes) =>
        HtmlText.All([HtmlText.Paragraphs(Sentences(comparison)), .. Tables(comparison, classes)]);

    static string Signed(double value, string digits) =>
        value.ToString($"+{digits};−{digits};0", CultureInfo.InvariantCulture);
}

/// <summary>
/// A run's predictions, a row per clip, for spreadsheets and other programs. Logits read back exactly.
/// </summary>
public static class RunExport
{
    /// <summary>
    /// The clips under each protocol; where it scores accuracy and F1 at different epochs, under each of the two.
    /// </summary>
    /// <param name="folds">The run.</param>
    /// <param name="classes">Names of the classes, in label order.</param>
    /// <param name="protocols">Protocols that choose one epoch in each fold.</param>
    /// <exception cref="UserErrorException">
    /// A protocol chooses no single epoch, or the run cannot be scored by it.
    /// </exception>
    public static TextTable Of(IReadOnlyList<FoldPrediction> folds, ImmutableArray<string> classes,
        ImmutableArray<EpochProtocol> protocols) =>
            TextTable.Of("", ["clip", "subject", "fold", "label", "class", "protocol", "epoch", "predicted",
                .. classes.Select(c => $">{c}")],
                from protocol in protocols
                let outcome = protocol.Apply(folds)
                from scores in outcome.Folds.SequenceEqual(outcome.F1Folds)
                    ? [(protocol.Name, outcome.Folds)]
                    : new[] { (protocol.Name, outcome.Folds), ($"{protocol.Name} (F1)", outcome.F1Folds) }
                from pair in folds.Zip(scores.Item2)
                from row in Rows(pair.First, (pair.Second.Epoch ?? throw new UserErrorException("The protocol " +
                    $"{protocol.Name} scores several epochs and has no logits of its own; use final, best-test or " +
                    "held-out, or every for every epoch.")) - 1, scores.Item1, classes)
                select row);

    /// <summary>The clips after every epoch that can be chosen: the input of <c>mer score</c>.</summary>
    public static TextTable EveryEpoch(IReadOnlyList<FoldPrediction> folds, ImmutableArray<string> classes, int seed) =>
        TextTable.Of("", ["clip", "fold", "epoch", "seed", .. classes.Select(c => $">{c}")],
            from fold in folds
            from epoch in Enumerable.Range(0, fold.Logits.Length).Skip(fold.EpochsBeforeClasses)
            from i in Enumerable.Range(0, fold.Clips.Length)
            select (IEnumerable<string>)[fold.Clips[i], fold.Subject, $"{epoch + 1}", $"{seed}",
                .. Logits(fold, epoch, i)]);

    /// <summary>
    /// The class names of an experiment; numbers where it was run on classes of another set than the paper's five or
    /// the challenge's three.
    /// </summary>
    public static ImmutableArray<string> ClassesOf(Experiment experiment) =>
        ClassSets(experiment.Dataset).Select(s => s.Classes).FirstOrDefault(c => c.Length == experiment.Model.Classes,
            [.. Enumerable.Range(0, experiment.Model.Classes).Select(c => $"{c}")]);

    static ImmutableArray<ClassSet> ClassSets(DatasetId id) => DatasetDescription.TryOf(id) is { } set
        ? [set.Classes, set.Three, set.AllEmotions]
        : id == DatasetId.Own ? []
        : [ClassSet.MegcThree];

    static IEnumerable<IEnumerable<string>> Rows(FoldPrediction fold, int epoch, string protocol,
        ImmutableArray<string> classes) =>
            fold.Clips.Select((clip, i) => (IEnumerable<string>)[clip, fold.Subject, fold.Subject, $"{fold.Labels[i]}",
                classes[fold.Labels[i]], protocol, $"{epoch + 1}",
                classes[FoldPrediction.Largest(fold.Logits[epoch][i])], .. Logits(fold, epoch, i)]);

    static IEnumerable<string> Logits(FoldPrediction fold, int epoch, int clip) =>
        fold.Logits[epoch][clip].Select(x => x.ToString(CultureInfo.InvariantCulture));
}
