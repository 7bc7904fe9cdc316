using System.Globalization;
using System.Text.Json;
using MerKernel.Training;

namespace MerKernel.Slurm;

/// <summary>
/// A grid that was given to Slurm: a folder with the request (submission.json) and a folder for each round, the first
/// submission and every resubmission of missing folds. Finished folds are never written here: the run store knows them.
/// </summary>
public sealed record Submission
{
    const string File = "submission.json";
    const int Version = 1;

    /// <summary>Schema of the file.</summary>
    public int Schema { get; init; } = Version;

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Numbers of the tables.</summary>
    public required ImmutableArray<int> Tables { get; init; }

    /// <summary>Seeds.</summary>
    public required ImmutableArray<int> Seeds { get; init; }

    /// <summary>Validation subjects of each fold.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>Number format of the arithmetic.</summary>
    public Precision Precision { get; init; }

    /// <summary>The named data folder, or null.</summary>
    public string? Data { get; init; }

    /// <summary>The data sets that were asked for, or null for those that are there.</summary>
    public ImmutableArray<DatasetId>? Datasets { get; init; }

    /// <summary>The data sets that a protocol over several is made of, or null for those that are there.</summary>
    public ImmutableArray<DatasetId>? Parts { get; init; }

    /// <summary>Folder of the weights that compared systems start from, or null where no row starts from any.</summary>
    public string? Weights { get; init; }

    /// <summary>File that the paper's networks start from, or null for fresh weights.</summary>
    public string? Backbone { get; init; }

    /// <summary>Folders that a node must see: the data sets' own.</summary>
    public required ImmutableArray<string> DataFolders { get; init; }

    /// <summary>Folder of the prepared frames.</summary>
    public required string Cache { get; init; }

    /// <summary>The landmark model that the caller named in MER_LANDMARKS, or null for the usual one.</summary>
    public string? Landmarks { get; init; }

    /// <summary>
    /// The variables that change what is computed, as they were set here: the tasks' environment is not the caller's.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Folder of the run store.</summary>
    public required string Store { get; init; }

    /// <summary>Folder that data and results are found from: MER_ROOT of the tasks.</summary>
    public required string Root { get; init; }

    /// <summary>The program that the tasks start: the launcher of a published folder, or of a checkout.</summary>
    public required string Program { get; init; }

    /// <summary>The requests to Slurm.</summary>
    public required SlurmOptions Slurm { get; init; }

    /// <summary>The rounds, from the first.</summary>
    public ImmutableArray<Round> Rounds { get; init; } = [];

    /// <summary>Where it was submitted from, as a node or a later command needs it.</summary>
    /// <param name="synthetic">Makes data sets where no real ones are used.</param>
    /// <param name="say">Receives one message for each step of the preparation.</param>
    public Workbench Open(ISyntheticData? synthetic = null, Action<string>? say = null) => new()
    {
        Root = Root, Profile = Experiments.Profile.Named(Profile), DataFolder = Data, Only = Datasets, Parts = Parts,
        StoreFolder = Store, CacheFolder = Cache, WeightsFolder = Weights,
        Backbone = Backbone, Seeds = Seeds, HeldOutSubjects = HeldOutSubjects, Precision = Precision,
        Synthetic = synthetic, Say = say,
    };

    /// <summary>Folder of the submissions that belong to a run store: 'cluster' next to it.</summary>
    public static string FolderOf(RunStore store) => Path.Combine(Path.GetDirectoryName(store.Folder)!, "cluster");

    /// <summary>The submission's file, written anew with each round.</summary>
    public static string FileIn(string folder) => Path.Combine(folder, File);

    /// <summary>Folder of a round within the submission's.</summary>
    public static string RoundFolder(string folder, int round) => Path.Combine(folder, $"round-{round}");

    /// <summary>The submission's folder: the one named, else the latest of a run store.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static string Find(RunStore store, string? name)
    {
        var all = FolderOf(store);
        var found = Directory.Exists(all) ? Directory.EnumerateDirectories(all)
            .Where(f => System.IO.File.Exists(Path.Combine(f, File))).Order(StringComparer.Ordinal).ToList() : [];
        return (name is null ? found.LastOrDefault() : found.FirstOrDefault(f => Path.GetFileName(f) == name))
            ?? throw new UserErrorException(found.Count == 0
                ? $"There is no submission in {all}; submit one with mer submit slurm, or name the --store it was " +
                  "made with."
                : $"There is no submission '{name}' in {all}; there are " +
                  $"{string.Join(", ", found.Select(Path.GetFileName))}.");
    }

    /// <summary>Reads a submission.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static Submission Load(string folder)
    {
        var path = FileIn(folder);
        try
        {
            var submission = JsonSerializer.Deserialize<Submission>(System.IO.File.ReadAllText(path),
                StoreJson.Options);
            return submission is { Schema: Version }
                ? submission
                : throw new JsonException($"its schema is {submission?.Schema}, this version reads {Version}");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new UserErrorException(
                $"{path} cannot be read ({e.Message.TrimEnd('.')}); submit anew: stored folds are not computed again.",
                e);
        }
    }

    /// <summary>Writes the submission.</summary>
    public void Save(string folder) =>
        AtomicFile.Write(FileIn(folder), JsonSerializer.Serialize(this, StoreJson.Options) + "\n");
}

/// <summary>One array and the job that depends on it.</summary>
/// <param name="ArrayJob">Job id of the array.</param>
/// <param name="FinishJob">Job id of the job that makes tables.</param>
public sealed record Round(long ArrayJob, long FinishJob);

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
        [.. folds.Select((f, i) => new TaskFold(i / foldsPerTask, f.Row.Dataset, f.Row.Variant, f.Row.Experiment.Seed,
            f.Row.Hash, f.Subject))];

    /// <summary>The list as text.</summary>
    public static string Render(IEnumerable<TaskFold> folds) => string.Join('\n',
        folds.Select(f => string.Create(CultureInfo.InvariantCulture,
            $"{f.Task}\t{f.Dataset.Key()}\t{f.Variant}\t{f.Seed}\t{f.Hash}\t{Uri.EscapeDataString(f.Subject)}"))
            .Prepend(Header)) + "\n";

    /// <summary>Writes the list of a round.</summary>
    public static void Write(string roundFolder, IEnumerable<TaskFold> folds) =>
        AtomicFile.Write(Path.Combine(roundFolder, Name), Render(folds));

    /// <summary>Reads the list of a round.</summary>
    /// <exception cref="UserErrorException">The file is missing or a line of it is damaged.</exception>
    public static ImmutableArray<TaskFold> Read(string roundFolder)
    {
        var path = Path.Combine(roundFolder, Name);
        if (!File.Exists(path))
            throw new UserErrorException($"{path} is missing; submit anew: stored folds are not computed again.");
        return [.. File.ReadLines(path).Skip(1).Select((line, i) => Parse(line) ?? throw new UserErrorException(
            $"{path}, line {i + 2} is damaged; submit anew: stored folds are not computed again."))];
    }

    static TaskFold? Parse(string line) =>
        line.Split('\t') is [var task, var dataset, var variant, var seed, var hash, var subject]
            && int.TryParse(task, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(seed, CultureInfo.InvariantCulture, out var seedNumber)
            && DatasetNames.TryNamed(dataset) is { } id
                ? new(number, id, variant, seedNumber, hash, Uri.UnescapeDataString(subject)) : null;
}
