
namespace MerKernel.Reliability.Tests.Crash;

/// <summary>
/// The command is killed with SIGKILL, called again, killed again, and must end with the bytes of a run that nothing
/// disturbed.
/// </summary>
public sealed class KillTests(WholeJob undisturbed, ITestOutputHelper log) : IClassFixture<WholeJob>
{
    static readonly string[] Steps = ["create", "write", "flush", "rename", "renamed"];

    /// <summary>Every kind of file and folder a run writes, in the order it writes them.</summary>
    static readonly string[] Files = ["synthetic.json", "CASME2-coding", ".finished", ".clip", "cache/sets",
        "cache/index", "experiment.json", "data.json", "facts-", "fold-"];

    static IEnumerable<string> Places() =>
    [
        .. Steps.Select(step => $"{step}:synthetic.json"),
        "create:Cropped/sub", "write:.jpg", "rename:Cropped/sub", "renamed:Cropped/sub",
        .. Files.Skip(1).SelectMany(file => Steps.Select(step => $"{step}:{file}")),
        "step:", .. Job.IsWhole ? Steps.SelectMany(step => new[] { $"{step}:tables.md", $"{step}:tables.json" }) : [],
    ];

    [Fact]
    public void A_kill_at_every_write_flush_and_rename_costs_nothing_but_time()
    {
        using var folder = new WorkFolder();
        var (died, places) = (0, Places().Where((_, i) => Job.IsWhole || i % 6 == 4).ToList());
        foreach (var place in places)
        {
            var (code, _, errors) = MerProcess.Run(folder, Job.Command, $"kill:{place}:1");
            Assert.True(code == 137, $"kill at {place} ended with {code}: {errors}");
            died++;
        }
        MustGoOnToTheSame(folder);
        log.WriteLine($"{died} kills at write, flush and rename; the same bytes");
    }

    [Fact]
    public void A_kill_at_any_moment_costs_nothing_but_time()
    {
        var (random, kills, runs) = (new Random(20), 0, 0);
        while (kills < Job.RandomKills)
        {
            using var folder = new WorkFolder();
            for (var ended = false; !ended && kills < Job.RandomKills;)
            {
                using var process = new MerProcess(folder, Job.Command);
                Thread.Sleep(random.Next(100, Job.IsWhole ? 6000 : 2500));
                ended = process.HasEnded;
                process.Signal(9);
                var (code, _, errors) = process.End();
                Assert.True(code is 137 or 0, $"{code}: {errors}");
                if (code == 137) kills++;
            }
            MustGoOnToTheSame(folder);
            runs++;
        }
        log.WriteLine($"{kills} kills at random moments over {runs} runs; the same bytes");
    }

    void MustGoOnToTheSame(string folder)
    {
        var (code, _, errors) = MerProcess.Run(folder, Job.Command);
        Assert.True(code == 0, errors);
        Assert.Equal(undisturbed.Expected, Tree.Of(folder));
    }
}
