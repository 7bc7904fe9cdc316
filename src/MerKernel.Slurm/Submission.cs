using System.Text.Json;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Training;

namespace MerKernel.Slurm;

/// <summary>
/// A grid that was given to Slurm: a folder with the request (submission.json) and a folder for each round, the first submission and every resubmission of
/// missing folds. Finished folds are never written here: the run store knows them.
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
        Profile = Experiments.Profile.Named(Profile), DataFolder = Data, Only = Datasets, Parts = Parts, StoreFolder = Store, CacheFolder = Cache, WeightsFolder = Weights,
        Backbone = Backbone, Seeds = Seeds, HeldOutSubjects = HeldOutSubjects, Precision = Precision, Synthetic = synthetic, Say = say,
    };

    /// <summary>Folder of the submissions that belong to a run store: 'cluster' next to it.</summary>
    public static string FolderOf(RunStore store) => Path.Combine(Path.GetDirectoryName(store.Folder)!, "cluster");

    /// <summary>Folder of a round within the submission's.</summary>
    public static string RoundFolder(string folder, int round) => Path.Combine(folder, $"round-{round}");

    /// <summary>The submission's folder: the one named, else the latest of a run store.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static string Find(RunStore store, string? name)
    {
        var all = FolderOf(store);
        var found = Directory.Exists(all) ? Directory.EnumerateDirectories(all).Where(f => System.IO.File.Exists(Path.Combine(f, File))).Order(StringComparer.Ordinal).ToList() : [];
        return (name is null ? found.LastOrDefault() : found.FirstOrDefault(f => Path.GetFileName(f) == name))
            ?? throw new UserErrorException(found.Count == 0
                ? $"There is no submission in {all}; submit one with mer submit slurm, or name the --store it was made with."
                : $"There is no submission '{name}' in {all}; there are {string.Join(", ", found.Select(Path.GetFileName))}.");
    }

    /// <summary>Reads a submission.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static Submission Load(string folder)
    {
        var path = Path.Combine(folder, File);
        try
        {
            var submission = JsonSerializer.Deserialize<Submission>(System.IO.File.ReadAllText(path), StoreJson.Options);
            return submission is { Schema: Version } ? submission : throw new JsonException($"its schema is {submission?.Schema}, this version reads {Version}");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new UserErrorException($"{path} cannot be read ({e.Message.TrimEnd('.')}); submit anew: stored folds are not computed again.", e);
        }
    }

    /// <summary>Writes the submission.</summary>
    public void Save(string folder) => AtomicFile.Write(Path.Combine(folder, File), JsonSerializer.Serialize(this, StoreJson.Options) + "\n");
}
