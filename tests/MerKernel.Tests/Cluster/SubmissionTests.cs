using System.Collections.Immutable;
using System.Diagnostics;
using MerKernel.Slurm;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Tests.Cluster;

public class SubmissionTests
{
    [Fact]
    public void The_list_of_folds_reads_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var list = TaskList.Of(
            Grids.Plan(new RunStore(folder.Path), Grids.Row(Tables.Full), Grids.Row(Tables.Full, seed: 2)).Folds,
            foldsPerTask: 4);
        var odd = list[0] with { Subject = "a\tb\nc" };
        TaskList.Write(folder.Path, [odd, .. list]);
        Assert.Equal(list.Prepend(odd), TaskList.Read(folder.Path).AsEnumerable());
        Assert.Equal([0, 0, 0, 0, 1, 1], list.Select(f => f.Task));
    }

    [Fact]
    public void A_submission_reads_back_as_it_was_and_the_latest_is_found()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        var submission = Grids.Submission(store.Folder, new SlurmOptions
        {
            Time = TimeSpan.FromMinutes(90), MemoryMiB = 2000, Gres = "gpu:1", SbatchArguments = ["--qos=long"]
        });
        foreach (var name in (string[])["20260101-000000", "20260102-000000"])
            submission.Save(Path.Combine(Submission.FolderOf(store), name));
        var found = Submission.Find(store, null);
        Assert.Equal("20260102-000000", Path.GetFileName(found));
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(submission, StoreJson.Options),
            System.Text.Json.JsonSerializer.Serialize(Submission.Load(found), StoreJson.Options));
        Assert.Contains("there are 20260101-000000, 20260102-000000",
            Assert.Throws<UserErrorException>(() => Submission.Find(store, "x")).Message);
    }

    [Fact]
    public void A_fold_is_stored_running_waiting_or_ended_in_its_last_round()
    {
        using var folder = new TemporaryFolder();
        var (store, row) = (new RunStore(folder.File("runs")), Grids.Row(Tables.Full));
        var list = TaskList.Of(Grids.Plan(store, row).Folds, 1);
        store.Save(row.Hash,
            new FoldPrediction { Subject = "02", Clips = [], Labels = [], Logits = [], TrainingLoss = [] },
            new FoldFacts(1, DateTime.UnixEpoch, "cpu"));
        TaskList.Write(Submission.RoundFolder(folder.Path, 1), list);
        TaskList.Write(Submission.RoundFolder(folder.Path, 2), [list[2] with { Task = 0 }]);
        var submission = Grids.Submission(store.Folder) with { Rounds = [new Round(7, 8), new Round(9, 10)] };

        FoldState[] States(Dictionary<long, Dictionary<int, JobState>> slurm) =>
            [.. GridStatus.Of(submission, folder.Path, job => slurm.GetValueOrDefault(job, []))
                .OrderBy(s => list.IndexOf(list.First(f => f.Subject == s.Fold.Subject))).Select(s => s.State)];
        // The order of the list is 02, 03, 01; 01 went into the second round as its task 0.
        Assert.Equal([FoldState.Stored, FoldState.Running, FoldState.Waiting],
            States(new()
            {
                [7] = new() { [1] = new("RUNNING", "", "n1"), [2] = new("FAILED", "", "n1") },
                [9] = new() { [0] = new("PENDING", "Priority", "") }
            }));
        Assert.Equal([FoldState.Stored, FoldState.Ended, FoldState.Ended],
            States(new() { [7] = new() { [1] = new("TIMEOUT", "TimeLimit", "n1") } }));
    }

    public static TheoryData<SlurmOptions> EveryKind() =>
    [
        new SlurmOptions { Time = TimeSpan.FromMinutes(90), MemoryMiB = 2000 },
        new SlurmOptions
        {
            Time = TimeSpan.FromHours(30), MemoryMiB = 12000, Partition = "long", Account = "lab", Gres = "gpu:1",
            MaxConcurrent = 8, Processors = 2, FoldsPerTask = 2, CheckpointEvery = 5
        },
    ];

    [Theory, MemberData(nameof(EveryKind))]
    public void The_scripts_are_sound_shell_and_ask_for_what_was_asked(SlurmOptions slurm)
    {
        using var folder = new TemporaryFolder();
        var submission = Grids.Submission("/shared/runs", slurm);
        var list = TaskList.Of(Grids.Plan(new RunStore(folder.Path), Grids.Row(Tables.Full)).Folds, slurm.FoldsPerTask);
        var array = JobScript.Array(submission, "/shared/cluster/x", 1, list);
        foreach (var script in (string[])[array, JobScript.Finish(submission, "/shared/cluster/x", 1)])
        {
            File.WriteAllText(folder.File("job.sh"), script);
            using var bash = Process.Start(
                new ProcessStartInfo("bash", ["-n", folder.File("job.sh")]) { RedirectStandardError = true })!;
            Assert.Equal("", bash.StandardError.ReadToEnd());
            // Slurm reads its lines up to the first command.
            Assert.All(script.Split('\n').SkipWhile(l => l.StartsWith('#')), l => Assert.DoesNotContain("#SBATCH", l));
        }
        var gpu = slurm.UsesGpu;
        Assert.Contains(gpu ? "#SBATCH --array=0-1%8" : "#SBATCH --array=0-2\n", array);
        Assert.Contains(gpu ? "#SBATCH --time=1-06:00:00" : "#SBATCH --time=0-01:30:00", array);
        Assert.Equal(gpu, array.Contains("nvidia-smi"));
        Assert.Equal(slurm.CheckpointEvery > 0, array.Contains("USR1\n"));
        Assert.Contains(@"'/shared/it'\''s data/CASME2'", array);
        Assert.Contains("'/shared/swin.safetensors'; do",
            JobScript.Array(submission with { Backbone = "/shared/swin.safetensors" }, "/shared/cluster/x", 1, list));
        Assert.Contains("'/shared/weights'; do",
            JobScript.Array(submission with { Weights = "/shared/weights" }, "/shared/cluster/x", 1, list));
        var own = submission with { Landmarks = "/shared/it's.dat" };
        foreach (var script in (string[])[JobScript.Array(own, "/shared/cluster/x", 1, list),
            JobScript.Finish(own, "/shared/cluster/x", 1)])
            Assert.Contains("\nexport MER_LANDMARKS='/shared/it'\\''s.dat'\n", script);
        // Another limit of instructions makes other numbers.
        var limited = submission with
        {
            Environment = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty
                .Add("MER_INSTRUCTIONS", "avx2")
        };
        limited.Save(folder.Path);
        foreach (var script in (string[])[JobScript.Array(limited, "/shared/cluster/x", 1, list),
            JobScript.Finish(Submission.Load(folder.Path), "/shared/cluster/x", 1)])
            Assert.Contains("\nexport MER_INSTRUCTIONS='avx2'\n", script);
    }

    [Fact]
    public void A_node_that_does_not_see_the_data_says_so_and_computes_nothing()
    {
        using var folder = new TemporaryFolder();
        // A program that would write what it was called with.
        var submission = Grids.Submission(folder.Path) with { Program = "/bin/echo" };
        Directory.CreateDirectory(Path.Combine(Submission.RoundFolder(folder.Path, 1), "nodes"));
        File.WriteAllText(folder.File("job.sh"), JobScript.Array(submission, folder.Path, 1,
            TaskList.Of(Grids.Plan(new RunStore(folder.Path), Grids.Row(Tables.Full)).Folds, 1)));
        var start = new ProcessStartInfo("bash", [folder.File("job.sh")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["SLURM_ARRAY_TASK_ID"] = "0", ["SLURM_ARRAY_JOB_ID"] = "1", ["SLURM_JOB_ID"] = "1",
            ["SLURM_RESTART_COUNT"] = "3", ["SLURMD_NODENAME"] = "n9"
        })
            start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        Assert.Equal("mer: node n9 does not see /shared/it's data/CASME2; mount it there or submit with " +
            "--sbatch-arg=--exclude=n9\n",
            bash.StandardOutput.ReadToEnd());
        bash.WaitForExit();
        Assert.Equal(1, bash.ExitCode);
        Assert.True(File.Exists(Path.Combine(Submission.RoundFolder(folder.Path, 1), "nodes", "n9.txt")));
    }
}
