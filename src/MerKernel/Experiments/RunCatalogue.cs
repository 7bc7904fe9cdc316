using System.Globalization;
using System.Text.Json;
using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>The run store as a list. A digest is kept beside each experiment's folds and made anew when they change.</summary>
public sealed class RunCatalogue(RunStore store)
{
    const string DigestFile = "digest.json";

    /// <summary>Every stored experiment, in the order of hashes.</summary>
    public IReadOnlyList<RunSummary> List() => [.. store.Experiments().Select(Of)];

    /// <summary>The run of a hash or its beginning.</summary>
    /// <exception cref="UserErrorException">None or several runs begin so.</exception>
    public RunSummary Find(string hash)
    {
        var found = store.Experiments().Select(e => (Experiment: e, Hash: ExperimentHash.Of(e))).Where(e => e.Hash.StartsWith(hash, StringComparison.OrdinalIgnoreCase)).ToList();
        return found switch
        {
            [var one] => Of(one.Experiment),
            [] => throw new UserErrorException($"No run in {store.Folder} begins with '{hash}'; mer runs list shows them."),
            _ => throw new UserErrorException($"'{hash}' is the beginning of {found.Count} runs ({string.Join(", ", found.Select(f => f.Hash))}); give more digits."),
        };
    }

    /// <summary>The summary of one experiment.</summary>
    public RunSummary Of(Experiment experiment)
    {
        var hash = ExperimentHash.Of(experiment);
        return new() { Hash = hash, Experiment = experiment, Description = RunDescription.Of(experiment), Digest = Digest(experiment, hash) };
    }

    /// <summary>The summary of an experiment on some subjects alone; nothing is kept of it.</summary>
    public RunSummary Of(Experiment experiment, IReadOnlyCollection<string> subjects)
    {
        var hash = ExperimentHash.Of(experiment);
        return new() { Hash = hash, Experiment = experiment, Description = RunDescription.Of(experiment), Digest = Digest(experiment, hash, [.. Folds(hash).Where(f => subjects.Contains(f.Subject))]) };
    }

    /// <summary>The stored folds of a run.</summary>
    public IReadOnlyList<FoldPrediction> Folds(string hash) => [.. store.StoredSubjects(hash).Select(s => store.TryRead(hash, s)).OfType<FoldPrediction>()];

    /// <summary>Deletes a run: record, folds and times.</summary>
    public void Delete(RunSummary run) => Directory.Delete(store.FolderOf(run.Hash), recursive: true);

    RunDigest Digest(Experiment experiment, string hash)
    {
        var (path, state) = (Path.Combine(store.FolderOf(hash), DigestFile), State(hash));
        if (Kept(path) is { } kept && kept.State == state) return kept;
        var digest = Digest(experiment, hash, Folds(hash));
        AtomicFile.Write(path, JsonSerializer.Serialize(digest, StoreJson.Options) + "\n");
        return digest;
    }

    RunDigest Digest(Experiment experiment, string hash, IReadOnlyList<FoldPrediction> folds)
    {
        var facts = folds.Select(f => store.TryReadFacts(hash, f.Subject)).OfType<FoldFacts>().ToList();
        return new(State(hash), folds.Count, AllFolds(hash), folds.Sum(f => f.Clips.Length), Scores(EpochProtocol.Default, folds, experiment.Model.Classes),
            Scores(new BestTestEpoch(), folds, experiment.Model.Classes), facts.Sum(f => f.Seconds), facts.Count == 0 ? null : facts.Max(f => f.Finished));
    }

    /// <summary>Scores under a protocol; null without folds.</summary>
    static RunScores? Scores(EpochProtocol protocol, IReadOnlyList<FoldPrediction> folds, int classes)
    {
        if (folds.Count == 0) return null;
        var outcome = protocol.Apply(folds);
        return new(Metrics.Accuracy(outcome.Pooled(classes)), Metrics.UF1(outcome.PooledForF1(classes)), Metrics.Uar(outcome.Pooled(classes)));
    }

    /// <summary>Number, size and age of the fold files: cheap to read, and another one whenever a fold comes, goes or changes.</summary>
    string State(string hash)
    {
        var (count, bytes, ticks) = (0, 0L, 0L);
        foreach (var file in new DirectoryInfo(store.FolderOf(hash)).EnumerateFiles("fold-*.json"))
        {
            count++;
            bytes += file.Length;
            unchecked { ticks = ticks * 31 + file.LastWriteTimeUtc.Ticks; }
        }
        return string.Create(CultureInfo.InvariantCulture, $"{count} folds, {bytes} bytes, {ticks:x}");
    }

    int? AllFolds(string hash)
    {
        var path = Path.Combine(store.FolderOf(hash), "data.json");
        try
        {
            return DatasetManifest.FromJson(File.ReadAllText(path)).Clips.Select(c => c.Clip.Split('/')[0]).Distinct().Count();
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException) { return null; }
    }

    static RunDigest? Kept(string path)
    {
        try { return File.Exists(path) ? JsonSerializer.Deserialize<RunDigest>(File.ReadAllText(path), StoreJson.Options) : null; }
        catch (JsonException) { return null; }
    }
}
