namespace MerKernel.Reliability.Tests.Crash;

/// <summary>
/// A failure of libtorch or a worker in one fold: tried once more from the same seed, then named; the other folds
/// continue.
/// </summary>
public sealed class NativeFailureTests(OneExperiment whole) : IClassFixture<OneExperiment>
{
    /// <summary>Allocations that libtorch really refuses (2^50 floats), and an exception of ours; once each.</summary>
    [Theory]
    [InlineData("memory:step:05:2", "allocate memory", "use a smaller batch")]
    [InlineData("fail:step:05:2", "asked for a failure at step", "if it fails again")]
    public void A_fold_that_fails_once_is_tried_again_and_has_the_same_bytes(string fault, string what, string cure)
    {
        using var folder = new WorkFolder();
        var (code, _, errors) = MerProcess.Run(folder, Job.One, fault);
        Assert.True(code == 0, errors);
        var said = Assert.Single(errors.Split('\n'),
            line => line.Contains("tried once more", StringComparison.Ordinal));
        Assert.Contains("AU embedding, fold 05: epoch ", said);
        Assert.Contains(what, said);
        Assert.Contains(cure, said);
        Assert.Equal(whole.Expected, Tree.Of(folder));
    }

    [Fact]
    public void A_fold_that_fails_twice_is_named_with_epoch_and_cure_and_the_others_are_stored()
    {
        using var folder = new WorkFolder();
        var (code, _, errors) = MerProcess.Run(folder, Job.One, "memory*:step:05:2");
        Assert.Equal(2, code);
        var said = Assert.Single(errors.Split('\n'), line => line.Contains("failed twice", StringComparison.Ordinal));
        foreach (var part in new[]
        {
            "fold 05 of experiment ", "epoch 1", "allocate memory", "use a smaller batch", "the other folds are kept"
        })
            Assert.Contains(part, said);
        Assert.DoesNotContain("   at ", errors);
        Assert.Equal(["fold-01.json", "fold-16.json"],
            Directory.GetFiles(folder, "fold-*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.Equal(0, MerProcess.Run(folder, Job.One).ExitCode);
        Assert.Equal(whole.Expected, Tree.Of(folder));
    }
}
