using System.Diagnostics;

namespace MerKernel.Reliability.Tests.Crash;

/// <summary>Ctrl-C and SIGTERM.</summary>
public class StopTests
{
    /// <summary>
    /// While the synthetic set is drawn, while files are read, in training, and deep in native code that nothing
    /// managed can interrupt.
    /// </summary>
    [Theory]
    [InlineData(2, "hang:write:.jpg:3", 130)]
    [InlineData(15, "hang:write:.clip:3", 143)]
    [InlineData(15, "hang:step::2", 143)]
    [InlineData(2, "hang:flush:fold-:1", 130)]
    public void A_signal_stops_it_with_what_is_kept_and_how_to_go_on(int signal, string busy, int expected)
    {
        using var folder = new WorkFolder();
        // A test run that was started in the background would hand down to its children that Ctrl-C is ignored.
        var reached = folder["reached"];
        using var process = new MerProcess(folder, Job.One, busy, prefix: "env --default-signal=INT",
            environment: ("MER_FAULT_REACHED", reached));
        while (!File.Exists(reached) && !process.HasEnded) Thread.Sleep(50);
        Assert.False(process.HasEnded);
        var clock = Stopwatch.StartNew();
        process.Signal(signal);
        var (code, _, errors) = process.End();
        // The promise is two seconds; here it is only asked that nothing waits for the minute of native code.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(50), $"{clock.Elapsed}");
        Assert.Equal(expected, code);
        var sentence = Assert.Single(errors.Split('\n'),
            line => line.StartsWith("mer: stopped", StringComparison.Ordinal));
        Assert.Contains("are kept", sentence);
        Assert.Contains("the same command resumes", sentence);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public void A_job_that_was_stopped_goes_on_to_the_same_bytes()
    {
        using var folder = new WorkFolder();
        using (var process = new MerProcess(folder, Job.One, "hang:step::5"))
        {
            while (!Directory.Exists(folder["results/runs"]) && !process.HasEnded) Thread.Sleep(50);
            process.Signal(15);
            Assert.Equal(143, process.End().ExitCode);
        }
        Assert.Equal(0, MerProcess.Run(folder, Job.One).ExitCode);
        using var other = new WorkFolder();
        Assert.Equal(0, MerProcess.Run(other, Job.One).ExitCode);
        Assert.Equal(Tree.Of(other), Tree.Of(folder));
    }
}
