using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;
using TorchSharp;

namespace MerKernel.Tests.Experiments;

[Collection(AloneCollection.Name)]
public class CheckpointTests
{
    [Theory]
    [InlineData(1, 1), InlineData(1, 3), InlineData(2, 3)]
    // Its angles of the epochs before are in the fold too.
    [InlineData(2, 3, AttentionDirection.Learned)]
    public void A_fold_that_was_stopped_goes_on_from_its_checkpoint_to_the_same_bytes(int every, int stopAfter,
        AttentionDirection attention = AttentionDirection.Vertical)
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        // Both streams (stochastic depth draws), validation clips, gradients of two batches in an update.
        var tiny = LosoEngineTests.Tiny(data, PositionStream.Swin);
        var experiment = tiny with
        {
            HeldOutSubjects = 1,
            Model = (MerNetOptions)tiny.Model with { Attention = attention },
            Training = new TrainingOptions { Epochs = 5, BatchSize = 2, AccumulationSteps = 2, LearningRate = 2e-3 },
        };
        var (whole, stopped) = (new RunStore(folder.File("whole")), new RunStore(folder.File("stopped")));
        new LosoEngine(whole) { Workers = 1 }.Run([Job(experiment)], data);

        var checkpoint = stopped.CheckpointPath(ExperimentHash.Of(experiment), "02");
        var (before, after) = (new Stopper(stopAfter), new Stopper(int.MaxValue));
        Assert.Throws<OperationCanceledException>(() =>
        {
            new LosoEngine(stopped) { Workers = 1, CheckpointEvery = every, Progress = before }
                .Run([Job(experiment)], data, before.Token);
        });
        Assert.True(File.Exists(checkpoint));
        new LosoEngine(stopped) { Workers = 1, CheckpointEvery = every, Progress = after }.Run([Job(experiment)], data);

        Assert.Equal(Enumerable.Range(1, stopAfter), before.Epochs);
        Assert.Equal(stopAfter / every * every + 1, after.Epochs[0]);
        Assert.Equal(5, after.Epochs[^1]);
        Assert.False(File.Exists(checkpoint));
        Assert.Equal(File.ReadAllBytes(whole.FoldPath(ExperimentHash.Of(experiment), "02")),
            File.ReadAllBytes(stopped.FoldPath(ExperimentHash.Of(experiment), "02")));
    }

    [Fact]
    public void The_time_of_a_fold_counts_what_was_computed_before_it_was_stopped()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var job = Job(LosoEngineTests.Tiny(data));
        var stopped = new Stopper(1);
        Assert.Throws<OperationCanceledException>(() =>
        {
            new LosoEngine(store) { CheckpointEvery = 1, Progress = stopped }.Run([job], data, stopped.Token);
        });
        var path = store.CheckpointPath(job.Hash, job.Subject);
        using (torch.NewDisposeScope())
        {
            var tensors = Safetensors.Read(path);
            var progress = tensors["progress"];
            Assert.InRange(progress[3].item<long>(), 0, 60_000);
            // As if the first epoch had taken an hour; the checksum is of the values, so it is made anew.
            progress[3] = torch.tensor(3_600_000L);
            tensors.Remove("sha256");
            tensors["sha256"] = torch.from_array(FoldCheckpoint.Checksum(tensors));
            Safetensors.Write(path, tensors);
        }
        new LosoEngine(store) { CheckpointEvery = 1 }.Run([job], data);
        Assert.InRange(store.TryReadFacts(job.Hash, job.Subject)!.Seconds, 3600, 3660);
    }

    [Fact]
    public void A_checkpoint_goes_with_its_fold_whoever_stores_it()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var job = Job(LosoEngineTests.Tiny(data));
        // An earlier call kept it, this one keeps none; then another process stored the fold first.
        for (var call = 0; call < 2; call++)
        {
            AtomicFile.Write(store.CheckpointPath(job.Hash, job.Subject), "");
            Assert.Empty(new LosoEngine(store).Run([job], data));
            Assert.False(File.Exists(store.CheckpointPath(job.Hash, job.Subject)));
        }
    }

    [Fact]
    public void A_checkpoint_of_another_version_of_the_network_is_set_aside()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.File("store")) { Warn = warnings.Add };
        var job = Job(LosoEngineTests.Tiny(data));
        var other = Job(LosoEngineTests.Tiny(data) with
        {
            Model = ((MerNetOptions)job.Experiment.Model) with { WidthDivisor = 32 }
        });
        var stopped = new Stopper(1);
        Assert.Throws<OperationCanceledException>(() =>
        {
            new LosoEngine(store) { CheckpointEvery = 1, Progress = stopped }.Run([other], data, stopped.Token);
        });
        Directory.CreateDirectory(store.FolderOf(job.Hash));
        File.Move(store.CheckpointPath(other.Hash, other.Subject), store.CheckpointPath(job.Hash, job.Subject));
        var progress = new Stopper(int.MaxValue);
        Assert.Empty(new LosoEngine(store) { CheckpointEvery = 1, Progress = progress }.Run([job], data));
        Assert.Equal([1, 2, 3], progress.Epochs);
        Assert.Contains("is not that of this version of the network", Assert.Single(warnings));
    }

    [Theory]
    [InlineData("cut to three bytes"), InlineData("one bit of the weights"), InlineData("without its checksum")]
    public void A_damaged_checkpoint_is_set_aside_and_the_fold_starts_from_its_first_epoch(string damage)
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var (whole, store) = (new RunStore(folder.File("whole")),
            new RunStore(folder.File("damaged")) { Warn = warnings.Add });
        var job = Job(LosoEngineTests.Tiny(data));
        new LosoEngine(whole).Run([job], data);
        var stopped = new Stopper(2);
        Assert.Throws<OperationCanceledException>(() =>
        {
            new LosoEngine(store) { CheckpointEvery = 1, Progress = stopped }.Run([job], data, stopped.Token);
        });
        var checkpoint = store.CheckpointPath(job.Hash, job.Subject);
        if (damage == "without its checksum")
        {
            using var scope = torch.NewDisposeScope();
            var tensors = Safetensors.Read(checkpoint);
            Assert.True(tensors.Remove("sha256"));
            Safetensors.Write(checkpoint, tensors);
        }
        else
        {
            var bytes = File.ReadAllBytes(checkpoint);
            bytes[^100] ^= 1;
            File.WriteAllBytes(checkpoint, damage == "one bit of the weights" ? bytes : bytes[..3]);
        }

        var progress = new Stopper(int.MaxValue);
        Assert.Empty(new LosoEngine(store) { CheckpointEvery = 1, Progress = progress }.Run([job], data));
        Assert.Equal([1, 2, 3], progress.Epochs);
        Assert.Contains($"{checkpoint} is damaged", Assert.Single(warnings));
        Assert.Contains("first epoch", warnings[0]);
        Assert.True(File.Exists(checkpoint + ".damaged"));
        Assert.Equal(File.ReadAllBytes(whole.FoldPath(job.Hash, job.Subject)),
            File.ReadAllBytes(store.FoldPath(job.Hash, job.Subject)));
    }

    static FoldJob Job(Experiment experiment) => new(experiment, ExperimentHash.Of(experiment), "02");

    /// <summary>Notes the epochs and stops the run after one of them.</summary>
    internal sealed class Stopper(int after) : ILosoProgress
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
