using System.CommandLine;
using System.Diagnostics;
using MerKernel.Cli.Commands;
using MerKernel.Slurm;

namespace MerKernel.Tests.Cluster;

/// <summary>What Slurm answers, and what a further round may ask of it.</summary>
[Collection(AloneCollection.Name)]
public sealed class SlurmCommandTests
{
    [Theory]
    [InlineData("echo '7|3|RUNNING|None|n1'", "3 RUNNING")]
    [InlineData("echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1", "")]
    // A controller that does not answer: its running folds have not ended.
    [InlineData("echo 'squeue: error: Unable to contact slurm controller' >&2; exit 1",
        "squeue failed: Unable to contact slurm controller.")]
    public void A_queue_that_does_not_answer_is_no_queue_without_the_job(string squeue, string expected)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, body) in new[] { ("squeue", squeue), ("sacct", "exit 1") })
        {
            File.WriteAllText(folder.File(name), $"#!/bin/sh\n{body}\n");
            Process.Start("chmod", ["+x", folder.File(name)]).WaitForExit();
        }
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{folder.Path}:{path}");
        string found;
        try { found = string.Join(' ', SlurmCommands.States(7).Select(s => $"{s.Key} {s.Value.State}")); }
        catch (UserErrorException e) { found = e.Message; }
        finally { Environment.SetEnvironmentVariable("PATH", path); }
        Assert.Equal(expected, found);
    }

    static readonly SlurmOptions Before = new()
    {
        Time = TimeSpan.FromHours(1), MemoryMiB = 2000, Processors = 2, FoldsPerTask = 2
    };

    static SlurmOptions Again(string arguments)
    {
        var (command, settings) = (new Command("resubmit"), new SlurmSettings());
        settings.AddTo(command);
        return settings.Again(Before, command.Parse(arguments));
    }

    [Theory]
    [InlineData("--folds-per-task 4", "0-01:00:00 and 2000 MiB were estimated for 2 folds on 2 processors")]
    [InlineData("--cpus-per-task 4 --time 2:00:00", "give --time and --mem too")]
    [InlineData("--gres gpu:1", "trained on a processor")]
    [InlineData("--checkpoint-every -1", "--checkpoint-every -1 is less than none")]
    [InlineData("--time 30:00", "--time 30:00 is not understood; write it like 12:00:00")]
    [InlineData("--time 0:00:00", "--time 0:00:00 is not understood")]
    [InlineData("--mem 0G", "--mem 0G is not understood")]
    public void A_further_round_that_asks_for_more_than_was_estimated_is_refused(string arguments, string message) =>
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => Again(arguments)).Message);

    [Fact]
    public void A_further_round_may_have_more_time_and_larger_tasks()
    {
        Assert.Equal(Before with { Time = TimeSpan.FromHours(3) }, Again("--time 3:00:00"));
        Assert.Equal(Before with { Time = new TimeSpan(1, 6, 30, 0) }, Again("--time 1-06:30"));
        var larger = Again("--cpus-per-task 4 --time 2:00:00 --mem 8G");
        Assert.Equal((4, 4, 8192), (larger.Processors, larger.FoldsPerTask, larger.MemoryMiB));
        Assert.Contains("give at least --folds-per-task 3",
            Assert.Throws<UserErrorException>(() => SlurmSettings.DemandFew(2001, 2)).Message);
        SlurmSettings.DemandFew(2000, 2);
    }
}
