using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>A row whose folds are not trained for it but read from files.</summary>
/// <param name="Key">Name on the command line and in parity.</param>
/// <param name="Name">Its name, in a few words.</param>
public abstract record ReadMethod(string Key, string Name) : Method(Key, Name)
{
    /// <summary>It has no experiment.</summary>
    public sealed override Experiment Of(Experiment full, Profile profile) =>
        throw new InvalidOperationException($"'{Name}' is read and not trained.");

    /// <summary>The seeds it is shown for, of the workbench's or its own.</summary>
    public abstract ImmutableArray<int> Seeds(Workbench bench, DatasetId dataset);

    /// <summary>Its folds, or null where they are not there.</summary>
    public abstract RunResult? Result(Workbench bench, DatasetId dataset, int seed);

    /// <summary>
    /// Tables with the rows that are read: below a row that is trained with several seeds their average, and at the end
    /// the predictions for a loaded data set.
    /// </summary>
    public static IEnumerable<Table> AddedTo(IEnumerable<Table> tables, Workbench bench,
        IReadOnlyCollection<DatasetId> datasets)
    {
        var kept = datasets.SelectMany(id => KeptPredictions.Of(bench.Store, bench.Dataset(id))).Distinct()
            .Select(k => new Row(k.Label, k) { Note = "Read from a file of predictions." }).ToList();
        // Synthetic sets of every size share a store; of the user's own data another state is one that was left.
        if (bench.DataFolder is not null || bench.Profile.PrefersRealData)
            foreach (var hidden in datasets.SelectMany(id => KeptPredictions.Hidden(bench.Store, bench.Dataset(id))))
                bench.Warn?.Invoke(hidden);
        return tables.Select(t => t with
        {
            Rows = [.. t.Rows.SelectMany(Averaged), .. kept.Select(k => Beside(t, k))]
        });

        // A file may be called as a row of a notebook's own is; rows of one label are one system with several seeds.
        static Row Beside(Table table, Row row)
        {
            while (table.Rows.Any(r => r.Label == row.Label)) row = row with { Label = $"{row.Label} (file)" };
            return row;
        }

        IEnumerable<Row> Averaged(Row row) => bench.Seeds.Length > 1 && row.Method is { } method and not ReadMethod
            ? [row, new Row($"{row.Label}: logits averaged over {bench.Seeds.Length} seeds", new SeedAverage(method))]
            : [row];
    }
}

/// <summary>
/// The networks of all seeds as one system: their logits are averaged, epoch by epoch, and the largest mean decides.
/// </summary>
/// <param name="Member">The method trained with each seed.</param>
public sealed record SeedAverage(Method Member)
    : ReadMethod($"{Member.Key}/seeds", $"{Member.Name}, logits averaged over seeds")
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Seeds(Workbench bench, DatasetId dataset) =>
        bench.Lacks(Member, dataset) is null ? [bench.Seed] : [];

    /// <inheritdoc/>
    public override RunResult? Result(Workbench bench, DatasetId dataset, int seed)
    {
        var runs = bench.Seeds.Select(s => bench.Result(Member, dataset, s)).OfType<RunResult>().ToList();
        return runs.Count < bench.Seeds.Length ? null
            : new($"seeds-{string.Join('-', runs.Select(r => r.Hash))}", string.Join(' ', runs.Select(r => r.State)),
                () => runs.Select(r => r.Read()).ToList() is var folds && folds.All(f => f is not null)
                    ? Average([.. folds.Select(f => f!)]) : null)
            {
                HasValidation = false
            };
    }

    /// <summary>
    /// The folds with the mean of their logits; training loss and attention angles are those of none and left out.
    /// </summary>
    /// <param name="seeds">
    /// The folds of each seed, all on the same clips in the same order and of as many epochs.
    /// </param>
    public static ImmutableArray<FoldPrediction> Average(IReadOnlyList<IReadOnlyList<FoldPrediction>> seeds) =>
        [.. seeds[0].Select((fold, f) => fold with
        {
            // A single network's values are not those of the mean.
            Statistics = null, ActionUnits = null,
            Logits = Mean([.. seeds.Select(s => s[f].Logits)]),
            HeldOutLabels = [], HeldOutLogits = [], Angles = null,
            TrainingLoss = [.. fold.TrainingLoss.Select(_ => float.NaN)],
        })];

    static ImmutableArray<ImmutableArray<ImmutableArray<float>>> Mean(
        ImmutableArray<ImmutableArray<ImmutableArray<ImmutableArray<float>>>> seeds) =>
            [.. seeds[0].Select((epoch, e) => epoch.Select((clip, i) => clip.Select((_, c) =>
                (float)seeds.Average(s => (double)s[e][i][c])).ToImmutableArray()).ToImmutableArray())];
}

/// <summary>
/// Predictions from elsewhere as a row of every table: kept in the run store as the file that was checked.
/// </summary>
/// <param name="Label">The row's name.</param>
public sealed record KeptPredictions(string Label) : ReadMethod($"predictions/{Label}", Label)
{
    const string Extension = ".csv";

    /// <summary>
    /// The folder of a data set's kept predictions: the same for every profile in which clips, labels and classes are
    /// the same.
    /// </summary>
    public static string FolderOf(RunStore store, MerDataset data)
    {
        var key = string.Join('\n', data.Clips.Select((c, i) => $"{c.Id} {data.Labels[i]}")
            .Prepend($"{data.Id} {data.Synthetic} {string.Join(' ', data.Classes)}"));
        return Path.Combine(store.Folder, "predictions",
            $"{data.Id.Key()}-{Sha.Of(key)[..12]}");
    }

    /// <summary>Where a data set's predictions of a label are kept.</summary>
    internal static string PathOf(RunStore store, MerDataset data, string label) =>
        Path.Combine(FolderOf(store, data), RunStore.Escape(label) + Extension);

    /// <summary>Keeps a checked file under a label, in the place of an earlier one.</summary>
    /// <returns>Where it is kept; without the file the tables are without the row.</returns>
    /// <exception cref="UserErrorException">A row of the tables has this label, or no row could have it.</exception>
    public static string Keep(RunStore store, MerDataset data, string label, string file)
    {
        // It heads a row and, escaped, names a file.
        if (label.Trim().Length == 0 || label.Any(char.IsControl) || RunStore.Escape(label).Length > 200)
            throw new UserErrorException("A row's name is a few words on one line; keep the predictions --as another " +
                "name.");
        if (Tables.All.SelectMany(t => t.Rows).Any(r => r.Label == label)
            || Tables.Methods.Any(m => m.Name == label))
            throw new UserErrorException(
                $"'{label}' names a row of the tables already; keep the predictions --as another name.");
        var path = PathOf(store, data, label);
        var bytes = File.ReadAllBytes(file);
        AtomicFile.Write(path, stream => stream.Write(bytes));
        return path;
    }

    /// <summary>The predictions kept for a data set, in the order of names.</summary>
    public static ImmutableArray<KeptPredictions> Of(RunStore store, MerDataset data) =>
        Directory.Exists(FolderOf(store, data))
            ? [.. Directory.EnumerateFiles(FolderOf(store, data), $"*{Extension}")
                .Select(f => Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(f))).Order(StringComparer.Ordinal)
                .Select(l => new KeptPredictions(l))]
            : [];

    /// <summary>
    /// Messages about predictions that were kept for a data set in another state, and are no row for it as it is.
    /// </summary>
    internal static IEnumerable<string> Hidden(RunStore store, MerDataset data)
    {
        var (here, all) = (FolderOf(store, data), Path.Combine(store.Folder, "predictions"));
        if (!Directory.Exists(all)) return [];
        var shown = Of(store, data).Select(k => k.Label).ToHashSet();
        HashSet<string> clips = new(data.Clips.SelectMany(c => new[] { c.Id, c.Name }),
            StringComparer.OrdinalIgnoreCase);
        return Directory.EnumerateDirectories(all, $"{data.Id.Key()}-{new string('?', 12)}").Where(f => f != here)
            .SelectMany(f => Directory.EnumerateFiles(f, $"*{Extension}")).Order(StringComparer.Ordinal).Select(file =>
            {
                var label = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file));
                var predicted = shown.Contains(label) ? [] : Clips(file);
                // With few clips in common it is of another set of this name.
                if (2 * predicted.Count(clips.Contains) <= predicted.Count) return null;
                var change = predicted.Count == data.Clips.Length
                    ? "which has other clips, labels or classes now" : $"which has {data.Clips.Length} now";
                return $"'{label}' predicts {predicted.Count} clips of {data.Title}, {change}; it is not shown. " +
                    $"Score predictions for these with --as \"{label}\", or take the choices back.";
            }).OfType<string>().Distinct();
    }

    static HashSet<string> Clips(string file)
    {
        try
        {
            var text = CsvText.Read(file);
            return text.Column("clip") is not (>= 0 and var at) ? []
                : new(text.Rows.Where(r => r.Cells.Length > at).Select(r => r.Cells[at].Trim()),
                    StringComparer.OrdinalIgnoreCase);
        }
        catch (UserErrorException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public override ImmutableArray<int> Seeds(Workbench bench, DatasetId dataset) =>
        TryRead(bench, dataset)?.Runs.Select(r => r.Seed ?? bench.Seed).ToImmutableArray() ?? [];

    /// <inheritdoc/>
    public override RunResult? Result(Workbench bench, DatasetId dataset, int seed)
    {
        if (TryRead(bench, dataset) is not { } read
            || read.Runs.FirstOrDefault(r => (r.Seed ?? bench.Seed) == seed).Folds is not { IsDefault: false } folds)
            return null;
        return new RunResult($"predictions-{read.Sha256[..12]}-{seed}",
            Path.GetFileName(FolderOf(bench.Store, bench.Dataset(dataset))), () => folds)
        {
            ChoosesEpochs = read.ChoosesEpochs, File = read
        };
    }

    Predictions? TryRead(Workbench bench, DatasetId dataset)
    {
        var path = PathOf(bench.Store, bench.Dataset(dataset), Label);
        if (!File.Exists(path)) return null;
        try
        {
            return Predictions.Read(path, bench.Dataset(dataset), bench.DataOptions());
        }
        catch (UserErrorException e)
        {
            bench.Warn?.Invoke($"'{Label}' is left out of the tables: {e.Message}");
            return null;
        }
    }
}
