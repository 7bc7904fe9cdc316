using System.Text.Json;
using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>The run store as a list. A digest of each experiment is kept and made anew when its folds change.</summary>
public sealed class RunCatalogue(RunStore store)
{
    /// <summary>Every stored experiment, in the order of hashes.</summary>
    public IReadOnlyList<RunSummary> List()
    {
        ImmutableArray<RunSummary> list = [.. store.StoredExperiments().Select(stored =>
        {
            var known = store.Derived.Get($"{stored.Folder}/words", stored.State, () => new Known(ExperimentHash.Of(stored.Experiment), RunDescription.Of(stored.Experiment)))!;
            return new RunSummary { Hash = known.Hash, Experiment = stored.Experiment, Description = known.Description, Digest = Digest(stored.Experiment, known.Hash) };
        })];
        store.Derived.Save();
        return list;
    }

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

    /// <summary>What an experiment's stored folds say.</summary>
    public RunDigest DigestOf(Experiment experiment) => Digest(experiment, ExperimentHash.Of(experiment));

    RunDigest Digest(Experiment experiment, string hash) =>
        store.Derived.Get($"{hash}/digest", store.Listing(hash).State, () => Digest(experiment, hash, Folds(hash)))!;

    RunDigest Digest(Experiment experiment, string hash, IReadOnlyList<FoldPrediction> folds)
    {
        var facts = folds.Select(f => store.TryReadFacts(hash, f.Subject)).OfType<FoldFacts>().ToList();
        return new(folds.Count, AllFolds(hash), folds.Sum(f => f.Clips.Length), Scores(EpochProtocol.Default, folds, experiment.Model.Classes),
            Scores(new BestTestEpoch(), folds, experiment.Model.Classes), facts.Sum(f => f.Seconds), facts.Count == 0 ? null : facts.Max(f => f.Finished));
    }

    /// <summary>Scores under a protocol; null without folds.</summary>
    static RunScores? Scores(EpochProtocol protocol, IReadOnlyList<FoldPrediction> folds, int classes)
    {
        if (folds.Count == 0) return null;
        var outcome = protocol.Apply(folds);
        return new(Metrics.Accuracy(outcome.Pooled(classes)), Metrics.UF1(outcome.PooledForF1(classes)), Metrics.Uar(outcome.Pooled(classes)));
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

    /// <summary>What takes longer to find out about an experiment than to read.</summary>
    sealed record Known(string Hash, RunDescription Description);
}
