using System.Security.Cryptography;
using System.Text;
using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>A row whose folds are not trained for it but read from what is there.</summary>
/// <param name="Key">Name on the command line and in parity.</param>
/// <param name="Name">What it is, in a few words.</param>
public abstract record ReadMethod(string Key, string Name) : Method(Key, Name)
{
    /// <summary>It has no experiment.</summary>
    public sealed override Experiment Of(Experiment full, Profile profile) => throw new InvalidOperationException($"'{Name}' is read and not trained.");

    /// <summary>The seeds it is shown for, of the workbench's or its own.</summary>
    public abstract ImmutableArray<int> Seeds(Workbench bench, DatasetId dataset);

    /// <summary>Its folds, or null where they are not there.</summary>
    public abstract RunResult? Result(Workbench bench, DatasetId dataset, int seed);
}

/// <summary>Predictions from elsewhere as a row of every table: kept in the run store as the file that was checked.</summary>
/// <param name="Label">The row's name.</param>
public sealed record KeptPredictions(string Label) : ReadMethod($"predictions/{Label}", Label)
{
    const string Extension = ".csv";

    /// <summary>The folder of a data set's kept predictions: the same for every profile in which clips, labels and classes are the same.</summary>
    public static string FolderOf(RunStore store, MerDataset data)
    {
        var key = string.Join('\n', data.Clips.Select((c, i) => $"{c.Id} {data.Labels[i]}").Prepend($"{data.Id} {data.Synthetic} {string.Join(' ', data.Classes)}"));
        return Path.Combine(store.Folder, "predictions", $"{data.Id.Key()}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12]}");
    }

    /// <summary>Keeps a checked file under a label, in the place of an earlier one.</summary>
    /// <returns>Where it is kept; who deletes the file takes the row out of the tables.</returns>
    /// <exception cref="UserErrorException">A row of the tables has this label.</exception>
    public static string Keep(RunStore store, MerDataset data, string label, string file)
    {
        if (label.Trim().Length == 0 || Tables.All.SelectMany(t => t.Rows).Any(r => r.Label == label) || Tables.Methods.Any(m => m.Name == label))
            throw new UserErrorException($"'{label}' names a row of the tables already; keep the predictions --as another name.");
        var path = Path.Combine(FolderOf(store, data), RunStore.Escape(label) + Extension);
        AtomicFile.Write(path, File.ReadAllText(file));
        return path;
    }

    /// <summary>What is kept for a data set, in the order of names.</summary>
    public static ImmutableArray<KeptPredictions> Of(RunStore store, MerDataset data) => Directory.Exists(FolderOf(store, data))
        ? [.. Directory.EnumerateFiles(FolderOf(store, data), $"*{Extension}").Select(f => Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(f))).Order(StringComparer.Ordinal).Select(l => new KeptPredictions(l))]
        : [];

    /// <summary>Tables with a row for whatever is kept for one of the loaded data sets.</summary>
    public static IEnumerable<Table> AddedTo(IEnumerable<Table> tables, Workbench bench, IReadOnlyCollection<DatasetId> datasets)
    {
        var kept = datasets.SelectMany(id => Of(bench.Store, bench.Dataset(id))).Distinct().Select(k => new Row(k.Label, k) { Note = "Trained elsewhere; read from a file of predictions." }).ToList();
        return tables.Select(t => t with { Rows = [.. t.Rows, .. kept] });
    }

    /// <inheritdoc/>
    public override ImmutableArray<int> Seeds(Workbench bench, DatasetId dataset) => TryRead(bench, dataset)?.Runs.Select(r => r.Seed ?? bench.Seed).ToImmutableArray() ?? [];

    /// <inheritdoc/>
    public override RunResult? Result(Workbench bench, DatasetId dataset, int seed)
    {
        if (TryRead(bench, dataset) is not { } read) return null;
        var folds = read.Runs.First(r => (r.Seed ?? bench.Seed) == seed).Folds;
        return new RunResult($"predictions-{read.Sha256[..12]}-{seed}", Path.GetFileName(FolderOf(bench.Store, bench.Dataset(dataset))), () => folds) { ChoosesEpochs = read.ChoosesEpochs };
    }

    Predictions? TryRead(Workbench bench, DatasetId dataset)
    {
        var path = Path.Combine(FolderOf(bench.Store, bench.Dataset(dataset)), RunStore.Escape(Label) + Extension);
        if (!File.Exists(path)) return null;
        try
        {
            return Predictions.Read(path, bench.Dataset(dataset));
        }
        catch (UserErrorException e)
        {
            bench.Say?.Invoke($"'{Label}' is left out of the tables: {e.Message}");
            return null;
        }
    }
}
