using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Tests.Experiments;

public class CheckpointTests
{
    [Theory]
    [InlineData(1, 1), InlineData(1, 3), InlineData(2, 3)]
    public void A_fold_that_was_stopped_goes_on_from_its_checkpoint_to_the_same_bytes(int every, int stopAfter)
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        // Both streams (stochastic depth draws), clips held out, gradients of two batches in an update.
        var experiment = LosoEngineTests.Tiny(data, PositionStream.Swin) with
        {
            HeldOutSubjects = 1, Training = new TrainingOptions { Epochs = 5, BatchSize = 2, AccumulationSteps = 2, LearningRate = 2e-3 },
        };
        var (whole, stopped) = (new RunStore(folder.File("whole")), new RunStore(folder.File("stopped")));
        new LosoEngine(whole) { Workers = 1 }.Run([Job(experiment)], data);

        var checkpoint = stopped.CheckpointPath(ExperimentHash.Of(experiment), "02");
        var (before, after) = (new Stopper(stopAfter), new Stopper(int.MaxValue));
        Assert.Throws<OperationCanceledException>(() => { new LosoEngine(stopped) { Workers = 1, CheckpointEvery = every, Progress = before }.Run([Job(experiment)], data, before.Token); });
        Assert.True(File.Exists(checkpoint));
        new LosoEngine(stopped) { Workers = 1, CheckpointEvery = every, Progress = after }.Run([Job(experiment)], data);

        Assert.Equal(Enumerable.Range(1, stopAfter), before.Epochs);
        Assert.Equal(stopAfter / every * every + 1, after.Epochs[0]);
        Assert.Equal(5, after.Epochs[^1]);
        Assert.False(File.Exists(checkpoint));
        Assert.Equal(File.ReadAllBytes(whole.FoldPath(ExperimentHash.Of(experiment), "02")), File.ReadAllBytes(stopped.FoldPath(ExperimentHash.Of(experiment), "02")));
    }

    [Fact]
    public void From_a_damaged_checkpoint_the_fold_starts_anew_and_says_so()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        var job = Job(LosoEngineTests.Tiny(data));
        Directory.CreateDirectory(store.FolderOf(job.Hash));
        File.WriteAllBytes(store.CheckpointPath(job.Hash, job.Subject), [1, 2, 3]);
        var progress = new Stopper(int.MaxValue);
        Assert.Empty(new LosoEngine(store) { CheckpointEvery = 1, Progress = progress }.Run([job], data));
        Assert.Equal([1, 2, 3], progress.Epochs);
        Assert.Contains("starts anew", Assert.Single(warnings));
    }

    static FoldJob Job(Experiment experiment) => new(experiment, ExperimentHash.Of(experiment), "02");

    /// <summary>Notes the epochs and stops the run after one of them.</summary>
    sealed class Stopper(int after) : ILosoProgress
    {
        readonly CancellationTokenSource _source = new();
        public List<int> Epochs { get; } = [];
        public CancellationToken Token => _source.Token;
        public void Planned(int stored, int missing) { }
        public void FoldFinished(FoldJob job, FoldFacts facts) { }
        public void FoldFailed(FoldJob job, Exception error, bool final) { }

        public void EpochFinished(FoldJob job, EpochProgress epoch)
        {
            Epochs.Add(epoch.Epoch);
            if (epoch.Epoch == after) _source.Cancel();
        }
    }
}
