using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>The run store as a list. A digest of each experiment is kept and made anew when its folds change.</summary>
public sealed class RunCatalogue(RunStore store)
{
    /// <summary>
    /// Every stored experiment, in the order of hashes. A folder that is not called by its experiment's hash, such as
    /// a copy, is left out with a message.
    /// </summary>
    public IReadOnlyList<RunInfo> List()
    {
        var all = store.StoredExperiments().Select(stored => (stored.Folder, stored.Experiment,
            Known: store.Derived.Get($"{stored.Folder}/words", stored.State,
                () => new Known(ExperimentHash.Of(stored.Experiment), RunWords.Of(stored.Experiment)))!)).ToList();
        ImmutableArray<RunInfo> list = [.. all.Where(s => s.Known.Hash == s.Folder)
            .Select(s => Of(s.Experiment, s.Known.Hash, s.Known.Words))];
        if (all.FirstOrDefault(s => s.Known.Hash != s.Folder) is { Folder: { } other, Known: { } copied })
            store.Warn?.Invoke($"{Path.Combine(store.Folder, other)} holds the run {copied.Hash} under another name, " +
                "as a copy does, and is not used; rename it, or move it elsewhere.");
        store.Derived.Save();
        return list;
    }

    /// <summary>The run of a hash or its beginning.</summary>
    /// <exception cref="UserErrorException">None or several runs begin so.</exception>
    public RunInfo Find(string hash)
    {
        var found = store.StoredExperiments()
            .Select(s => (s.Experiment, s.Folder, Hash: ExperimentHash.Of(s.Experiment)))
            .Where(e => e.Hash == e.Folder && e.Hash.StartsWith(hash, StringComparison.OrdinalIgnoreCase)).ToList();
        return found switch
        {
            [var one] => Of(one.Experiment),
            [] => throw new UserErrorException(
                $"No run in {store.Folder} begins with '{hash}'; mer runs list shows them."),
            _ => throw new UserErrorException($"'{hash}' is the beginning of {found.Count} runs " +
                $"({string.Join(", ", found.Select(f => f.Hash))}); give more digits."),
        };
    }

    /// <summary>One experiment at a glance.</summary>
    public RunInfo Of(Experiment experiment) => Of(experiment, ExperimentHash.Of(experiment), RunWords.Of(experiment));

    /// <summary>An experiment on some subjects only; nothing is kept of it.</summary>
    public RunInfo Of(Experiment experiment, IReadOnlyCollection<string> subjects)
    {
        var hash = ExperimentHash.Of(experiment);
        return Of(experiment, hash, RunWords.Of(experiment), [.. Folds(hash).Where(f => subjects.Contains(f.Subject))]);
    }

    /// <summary>The stored folds of a run.</summary>
    public IReadOnlyList<FoldPrediction> Folds(string hash) =>
        [.. store.StoredSubjects(hash).Select(s => store.TryRead(hash, s)).OfType<FoldPrediction>()];

    /// <summary>Deletes a run: record, folds and times.</summary>
    public void Delete(RunInfo run) => Directory.Delete(store.FolderOf(run.Hash), recursive: true);

    RunInfo Of(Experiment experiment, string hash, RunWords words) =>
        store.Derived.Get($"{hash}/info", store.Listing(hash).State, () => Of(experiment, hash, words, Folds(hash)))!;

    RunInfo Of(Experiment experiment, string hash, RunWords words, IReadOnlyList<FoldPrediction> folds)
    {
        var facts = folds.Select(f => store.TryReadFacts(hash, f.Subject)).OfType<FoldFacts>().ToList();
        var (final, best) = (Scores(EpochProtocol.Default), Scores(new BestTestEpoch()));
        return new RunInfo
        {
            Hash = hash, Experiment = experiment, Words = words, Folds = folds.Count, AllFolds = AllFolds(hash),
            Clips = folds.Sum(f => f.Clips.Length),
            Accuracy = final?.Accuracy, UF1 = final?.UF1, BestTestAccuracy = best?.Accuracy, BestTestUF1 = best?.UF1,
            Seconds = facts.Sum(f => f.Seconds), Finished = facts.Count == 0 ? null : facts.Max(f => f.Finished),
            Devices = [.. facts.Select(f => f.Device).Distinct()],
        };

        (double Accuracy, double UF1)? Scores(EpochProtocol protocol)
        {
            if (folds.Count == 0) return null;
            var (outcome, classes) = (protocol.Apply(folds), experiment.Model.Classes);
            return (Metrics.Accuracy(outcome.Pooled(classes)), Metrics.UF1(outcome.PooledForF1(classes)));
        }
    }

    int? AllFolds(string hash)
    {
        var path = Path.Combine(store.FolderOf(hash), "data.json");
        try
        {
            return DatasetManifest.FromJson(File.ReadAllText(path)).Clips.Select(c => c.Clip.Split('/')[0])
                .Distinct().Count();
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException) { return null; }
    }

    /// <summary>Metadata of an experiment that takes longer to find out than to read.</summary>
    sealed record Known(string Hash, RunWords Words);
}
