using MerKernel.Experiments;
using MerKernel.Training;

namespace MerKernel.Cli.Commands;

/// <summary>Writes what a task does into its log, a line for an epoch: where a task is killed, its log says how far it was.</summary>
sealed class TaskLog : ILosoProgress
{
    public void Planned(int stored, int missing) => Line($"{missing} folds to compute, {stored} are stored");

    public void EpochFinished(FoldJob job, EpochProgress epoch) => Line($"{Name(job)}: epoch {epoch.Epoch} of {epoch.Epochs}, loss {epoch.Loss:0.0000}");

    public void FoldFinished(FoldJob job, FoldFacts facts) => Line($"{Name(job)}: stored after {facts.Seconds:0.0} s");

    public void FoldFailed(FoldJob job, Exception error, bool final) => Line($"{Name(job)}: {error.Message}; {(final ? "given up" : "tried once more")}");

    static string Name(FoldJob job) => $"{job.Hash}, subject {job.Subject}";

    static void Line(string text) => Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z {text}");
}
