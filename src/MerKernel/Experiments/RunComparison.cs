using System.Text.Json.Nodes;
using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>
/// Two runs on the same clips: which options differ, which clips changed sides, and by how much the scores differ.
/// </summary>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run.</param>
/// <param name="Options">Options that differ.</param>
/// <param name="Subjects">Subjects that both have; the comparison is of these.</param>
/// <param name="Clips">Clips of these subjects.</param>
/// <param name="Changed">Clips that one of them gets right and the other wrong.</param>
/// <param name="Accuracy">Accuracy, second minus first.</param>
/// <param name="AccuracyInterval">Its 95 % interval by paired bootstrap over subjects.</param>
/// <param name="UF1">UF1, second minus first.</param>
/// <param name="UF1Interval">Its interval.</param>
public sealed record RunComparison(RunInfo First, RunInfo Second, ImmutableArray<OptionDifference> Options,
    ImmutableArray<string> Subjects, int Clips,
    ImmutableArray<ChangedClip> Changed, double Accuracy, Interval AccuracyInterval, double UF1, Interval UF1Interval)
{
    /// <summary>Compares two runs under the final epoch.</summary>
    /// <exception cref="UserErrorException">They have no clips in common.</exception>
    public static RunComparison Of(RunCatalogue catalogue, RunInfo first, RunInfo second)
    {
        if (first.Experiment.Dataset != second.Experiment.Dataset
            || first.Experiment.Model.Classes != second.Experiment.Model.Classes)
            throw new UserErrorException($"{first.Hash} and {second.Hash} were run on different data sets or classes " +
                "and cannot be compared clip by clip; mer runs list --dataset " +
                $"{first.Experiment.Dataset.Key()} lists the runs of the first one's data set.");
        var (all, others) = (Outcomes(catalogue, first), Outcomes(catalogue, second));
        var a = all.Where(f => others.Any(o => Same(o, f))).ToList();
        var b = a.Select(f => others.First(o => Same(o, f))).ToList();
        if (a.Count == 0)
            throw new UserErrorException(
                $"{first.Hash} and {second.Hash} have no subject in common whose clips and labels are the same; " +
                    "compare runs of the same data: mer runs show HASH prints the datasetFingerprint of each.");
        var classes = first.Experiment.Model.Classes;
        var (people, partners) = (ByPerson(a), ByPerson(b));
        return new(first, second, OptionDifference.Between(first.Experiment, second.Experiment),
            [.. people.Select(f => f.Subject)], a.Sum(f => f.Clips.Length),
            [.. a.Zip(b).SelectMany(p => ChangedClip.Between(p.First, p.Second))],
            Score(b, classes, Metrics.Accuracy) - Score(a, classes, Metrics.Accuracy),
            PairedBootstrap.Of(partners, people, classes, Metrics.Accuracy),
            Score(b, classes, Metrics.UF1) - Score(a, classes, Metrics.UF1),
            PairedBootstrap.Of(partners, people, classes, Metrics.UF1));

        ImmutableArray<FoldOutcome> ByPerson(List<FoldOutcome> folds) =>
            FoldProtocol.ByPerson(first.Experiment.Dataset, [.. folds]);
    }

    static bool Same(FoldOutcome a, FoldOutcome b) =>
        a.Subject == b.Subject && a.Clips.SequenceEqual(b.Clips) && a.Labels.SequenceEqual(b.Labels);

    static ImmutableArray<FoldOutcome> Outcomes(RunCatalogue catalogue, RunInfo run) =>
        EpochProtocol.Default.Apply(catalogue.Folds(run.Hash)).Folds;

    static double Score(IEnumerable<FoldOutcome> folds, int classes, Func<ConfusionMatrix, double> score) =>
        score(ConfusionMatrix.Sum(folds.Select(f => f.Matrix(classes))));
}

/// <summary>A clip that one run gets right and another wrong.</summary>
/// <param name="Clip">Id of the clip.</param>
/// <param name="Label">Its true class.</param>
/// <param name="First">Class that the first run predicts.</param>
/// <param name="Second">Class that the second run predicts.</param>
public sealed record ChangedClip(string Clip, int Label, int First, int Second)
{
    /// <summary>Whether the second run is the one that is right.</summary>
    public bool Gained => Second == Label;

    /// <summary>The clips of one subject that changed sides.</summary>
    /// <param name="first">The subject's outcome in the first run.</param>
    /// <param name="second">In the second, clips in the same order.</param>
    public static IEnumerable<ChangedClip> Between(FoldOutcome first, FoldOutcome second) =>
        Enumerable.Range(0, first.Clips.Length)
            .Where(i => (first.Predictions[i] == first.Labels[i]) != (second.Predictions[i] == second.Labels[i]))
            .Select(i => new ChangedClip(first.Clips[i], first.Labels[i], first.Predictions[i], second.Predictions[i]));
}

/// <summary>An option that two experiments set differently.</summary>
/// <param name="Name">Path in the stored record: 'training.learningRate'.</param>
/// <param name="First">The first's value.</param>
/// <param name="Second">The second's value.</param>
public sealed partial record OptionDifference(string Name, string First, string Second)
{
    /// <summary>The option's name in words: 'learning rate'.</summary>
    public string Words => InWords(Name);

    /// <summary>
    /// The differences, in the order of names; an option that one of them does not have is shown as a dash.
    /// </summary>
    public static ImmutableArray<OptionDifference> Between(Experiment first, Experiment second) =>
        Between(Options(first, StoreJson.Whole), Options(second, StoreJson.Whole));

    /// <summary>The differences between the options of two experiments.</summary>
    public static ImmutableArray<OptionDifference> Between(IReadOnlyDictionary<string, string> first,
        IReadOnlyDictionary<string, string> second) =>
            [.. first.Keys.Union(second.Keys).Order(StringComparer.Ordinal)
                .Select(name =>
                    new OptionDifference(name, first.GetValueOrDefault(name, "–"), second.GetValueOrDefault(name, "–")))
                .Where(d => d.First != d.Second)];

    /// <summary>Every option of an experiment by its path, as it is stored.</summary>
    public static ImmutableSortedDictionary<string, string> Options(Experiment experiment) =>
        Options(experiment, StoreJson.Options);

    static ImmutableSortedDictionary<string, string> Options(Experiment experiment, JsonSerializerOptions written) =>
        Leaves(JsonSerializer.SerializeToNode(experiment, written)!, "")
            .ToImmutableSortedDictionary(l => l.Name, l => l.Value, StringComparer.Ordinal);

    /// <summary>A path's last part as words.</summary>
    public static string InWords(string path) =>
        Capital().Replace(path[(path.LastIndexOf('.') + 1)..], m => " " + m.Value.ToLowerInvariant());

    static IEnumerable<(string Name, string Value)> Leaves(JsonNode? node, string path) => node is JsonObject map
        ? map.SelectMany(p => Leaves(p.Value, path.Length == 0 ? p.Key : $"{path}.{p.Key}"))
        : [(path, node is JsonValue value ? Text(value) : node?.ToJsonString() ?? "none")];

    // 0.1 * 0.006 is 0.0006000000000000001 in binary; nobody means the last digits.
    static string Text(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
            .ToString("G10", CultureInfo.InvariantCulture),
        _ => value.ToJsonString(),
    };

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Capital();
}
