using System.Globalization;
using MerKernel.Data;

namespace MerKernel.Slurm;

/// <summary>A line of folds.tsv: a fold that a task computes.</summary>
/// <param name="Task">Number of the task in its array.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Variant">Key of the row's variant.</param>
/// <param name="Seed">Seed of the experiment.</param>
/// <param name="Hash">Hash of the experiment.</param>
/// <param name="Subject">The subject left out.</param>
public sealed record TaskFold(int Task, DatasetId Dataset, string Variant, int Seed, string Hash, string Subject);

/// <summary>Which task computes which folds: a table that people can read, in the folder of its round.</summary>
public static class TaskList
{
    const string Name = "folds.tsv", Header = "task\tdataset\tvariant\tseed\texperiment\tsubject";

    /// <summary>Deals folds to tasks in their order: the first so many to task 0, and so on.</summary>
    public static ImmutableArray<TaskFold> Of(IEnumerable<GridFold> folds, int foldsPerTask) =>
        [.. folds.Select((f, i) => new TaskFold(i / foldsPerTask, f.Row.Dataset, f.Row.Variant, f.Row.Experiment.Seed, f.Row.Hash, f.Subject))];

    /// <summary>The list as text.</summary>
    public static string Render(IEnumerable<TaskFold> folds) => string.Join('\n',
        folds.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Task}\t{f.Dataset.Key()}\t{f.Variant}\t{f.Seed}\t{f.Hash}\t{Uri.EscapeDataString(f.Subject)}")).Prepend(Header)) + "\n";

    /// <summary>Writes the list of a round.</summary>
    public static void Write(string roundFolder, IEnumerable<TaskFold> folds) => AtomicFile.Write(Path.Combine(roundFolder, Name), Render(folds));

    /// <summary>Reads the list of a round.</summary>
    /// <exception cref="UserErrorException">The file is missing or a line of it is damaged.</exception>
    public static ImmutableArray<TaskFold> Read(string roundFolder)
    {
        var path = Path.Combine(roundFolder, Name);
        if (!File.Exists(path)) throw new UserErrorException($"{path} is missing; submit anew: stored folds are not computed again.");
        return [.. File.ReadLines(path).Skip(1).Select((line, i) => Parse(line) ?? throw new UserErrorException($"{path}, line {i + 2} is damaged; submit anew: stored folds are not computed again."))];
    }

    static TaskFold? Parse(string line) => line.Split('\t') is [var task, var dataset, var variant, var seed, var hash, var subject]
        && int.TryParse(task, CultureInfo.InvariantCulture, out var number) && int.TryParse(seed, CultureInfo.InvariantCulture, out var seedNumber)
        && DatasetNames.TryNamed(dataset) is { } id
            ? new(number, id, variant, seedNumber, hash, Uri.UnescapeDataString(subject)) : null;
}
