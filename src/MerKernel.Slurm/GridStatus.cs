namespace MerKernel.Slurm;

/// <summary>A fold of a submission and how far it is.</summary>
/// <param name="Fold">The fold, in the last round that holds it.</param>
/// <param name="Round">Number of that round, from 1.</param>
/// <param name="State">How far it is.</param>
/// <param name="Job">Slurm's state of its task; null where it does not know it any more.</param>
public sealed record FoldStatus(TaskFold Fold, int Round, FoldState State, JobState? Job);

/// <summary>How far a submission is: the run store names the stored folds, Slurm the others.</summary>
public static class GridStatus
{
    /// <summary>Every fold of a submission, in the order of the first round.</summary>
    /// <param name="submission">The submission.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="states">States of an array's tasks by its job id; <see cref="SlurmCommands.States"/>.</param>
    public static ImmutableArray<FoldStatus> Of(Submission submission, string folder,
        Func<long, IReadOnlyDictionary<int, JobState>> states)
    {
        var latest = new Dictionary<(string Hash, string Subject), (TaskFold Fold, int Round)>();
        for (var round = 1; round <= submission.Rounds.Length; round++)
            foreach (var fold in TaskList.Read(Submission.RoundFolder(folder, round)))
                latest[(fold.Hash, fold.Subject)] = (fold, round);

        var store = new RunStore(submission.Store);
        var stored = latest.Keys.Select(k => k.Hash).Distinct()
            .ToDictionary(h => h, h => store.StoredSubjects(h).ToHashSet());
        // Slurm is asked about arrays that still have something to do.
        var asked = latest.Values.Where(f => !stored[f.Fold.Hash].Contains(f.Fold.Subject))
            .Select(f => f.Round).Distinct()
            .ToDictionary(r => r, r => states(submission.Rounds[r - 1].ArrayJob));
        return [.. latest.Values.Select(f =>
        {
            var job = asked.TryGetValue(f.Round, out var tasks) ? tasks.GetValueOrDefault(f.Fold.Task) : null;
            var state = stored[f.Fold.Hash].Contains(f.Fold.Subject) ? FoldState.Stored
                : job is { IsRunning: true } ? FoldState.Running
                : job is { IsWaiting: true } ? FoldState.Waiting
                : FoldState.Ended;
            return new FoldStatus(f.Fold, f.Round, state, job);
        })];
    }
}

/// <summary>How far a fold of a submission is.</summary>
public enum FoldState
{
    /// <summary>In the run store.</summary>
    Stored,

    /// <summary>Its task runs.</summary>
    Running,

    /// <summary>Its task waits.</summary>
    Waiting,

    /// <summary>Its task has ended without storing it.</summary>
    Ended,
}
