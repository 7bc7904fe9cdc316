using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

/// <summary>
/// Numbers that libtorch reads are not freed under it. TorchSharp's own operators fail here a few times a second.
/// </summary>
[Collection(AloneCollection.Name)]
public class NumbersTests
{
    [Fact]
    public void SumsAndQuotientsHoldWhileGarbageIsCollected() => Collecting(() =>
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(200_000), full(200_000, 2f));
        Assert.Equal(5.5f, a.Plus(b).Plus(8).Over(2)[0].item<float>());
    });

    [Theory, InlineData(OptimizerKind.AdamW), InlineData(OptimizerKind.RmsProp)]
    public void UpdatesHoldWhileGarbageIsCollected(OptimizerKind kind)
    {
        using var weights = new TorchSharp.Modules.Parameter(ones(200_000));
        using FlatOptimizer optimizer = kind == OptimizerKind.RmsProp
            ? new FlatRmsProp([weights], weightDecay: 0.1)
            : new FlatAdamW([weights], weightDecay: 0.1);
        Collecting(() => optimizer.Step(1e-6));
        Assert.InRange(weights[0].item<float>(), 0.9f, 1f);
    }

    /// <summary>Works for three seconds next to a thread that does nothing but collect and finalise.</summary>
    static void Collecting(Action work)
    {
        var done = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try { for (var until = DateTime.UtcNow.AddSeconds(3); DateTime.UtcNow < until;) work(); }
        finally
        {
            Volatile.Write(ref done, true);
            collector.Join();
        }
    }
}
