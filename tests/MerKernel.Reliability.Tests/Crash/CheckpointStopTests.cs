using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reliability.Tests.Crash;

/// <summary>SIGTERM to a task that keeps checkpoints, as a cluster sends it before its time limit.</summary>
public sealed class CheckpointStopTests(OneExperiment whole) : IClassFixture<OneExperiment>
{
    [Fact]
    public void A_stopped_fold_goes_on_from_its_checkpoint_as_the_sentence_says()
    {
        using var folder = new WorkFolder().With(whole.Folder);
        var store = new RunStore(folder["results/runs"]);
        var hash = ExperimentHash.Of(Assert.Single(store.Experiments()));
        File.Delete(store.FoldPath(hash, "05"));
        new Submission
        {
            Profile = "tiny", Tables = [], Seeds = [1], DataFolders = [], Cache = folder["results/cache"],
            Store = store.Folder, Root = folder, Program = "mer",
            Slurm = new SlurmOptions { Time = TimeSpan.FromMinutes(1), MemoryMiB = 1000, CheckpointEvery = 1 },
        }.Save(folder["results/cluster/x"]);
        var round = Submission.RoundFolder(folder["results/cluster/x"], 1);
        TaskList.Write(round, [new TaskFold(0, DatasetId.CasmeII, "au", 1, hash, "05")]);

        // In the first step of the second epoch.
        using (var process = new MerProcess(folder, $"submit task {round} 0", "hang:step:05:2"))
        {
            while (!File.Exists(store.CheckpointPath(hash, "05")) && !process.HasEnded) Thread.Sleep(50);
            Thread.Sleep(1000);
            process.Signal(15);
            var (code, output, errors) = process.End();
            Assert.True(code == 143, output + errors);
            Assert.Contains("an unfinished fold from its last checkpoint, or anew where it keeps none",
                Assert.Single(errors.Split('\n'), l => l.StartsWith("mer: stopped", StringComparison.Ordinal)),
                StringComparison.Ordinal);
        }
        Assert.True(File.Exists(store.CheckpointPath(hash, "05")));
        var (end, log, said) = MerProcess.Run(folder, $"submit task {round} 0");
        Assert.True(end == 0, said);
        // Only what was missing: the first epoch is in the checkpoint.
        Assert.DoesNotContain("epoch 1 of", log, StringComparison.Ordinal);
        Assert.Contains("epoch 2 of 2", log, StringComparison.Ordinal);
        Directory.Delete(folder["results/cluster"], recursive: true);
        Assert.Equal(whole.Expected.Skip(1), Tree.Of(folder).Skip(1));
    }
}
