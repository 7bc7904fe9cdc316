using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Training;

/// <summary>
/// Training steps of the full network beside PyTorch's, in turns, and beside the machine's own rate of products.
/// </summary>
static class StepBenchmark
{
    const int Clips = 16;

    /// <summary>Measures one profile's network.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="profile">Whose network.</param>
    /// <param name="threads">Math threads of both sides.</param>
    /// <param name="steps">Steps of a turn.</param>
    /// <param name="turns">Turns of each side; the best counts.</param>
    /// <param name="together">Whether all sides fit into memory at once; else each starts anew for its turn.</param>
    public static IEnumerable<Figure> Of(string root, Profile profile, int threads, int steps, int turns, bool together)
    {
        var section = $"step, {profile.Name} profile, {threads} thread{(threads == 1 ? "" : "s")}";
        // Forward once, backward twice, two operations for each multiply-accumulate.
        var flop = 6.0 * Clips * ModelSummary.Of(profile.Model).Macs;
        var version = PyTorchStep.InstalledVersion;
        List<(string Name, Func<ISteps> Open)> sides =
        [
            ("this kernel, fp32", () => new OurStep(profile.Model, Clips, threads)),
            ($"PyTorch {version}, fp32", () => new PyTorchStep(root, profile.Model, Clips, threads)),
            ($"PyTorch {version}, fp32, channels last",
                () => new PyTorchStep(root, profile.Model, Clips, threads, "--channels-last")),
        ];
        var mixed = ComputeDevice.ProcessorHasBFloat16;
        if (mixed)
        {
            sides.Add(("this kernel, bf16", () => new OurStep(profile.Model, Clips, threads, Precision.BFloat16)));
            sides.Add(($"PyTorch {version}, bf16, channels last",
                () => new PyTorchStep(root, profile.Model, Clips, threads, "--channels-last", "--bf16")));
        }
        var best = together ? Together(sides, steps, turns) : Apart(sides, steps, turns);

        for (var side = 0; side < sides.Count; side++)
            yield return new(section, sides[side].Name, Clips / best[side], "clips/s");
        yield return new(section, "fp32 against PyTorch's fp32", best[1] / best[0], "x", "at least 1.15");
        yield return new(section, "fp32 against PyTorch's best fp32", Math.Min(best[1], best[2]) / best[0], "x");
        var rate = MatmulRate(threads, ScalarType.Float32);
        yield return new(section, "fp32 products of 1024 x 1024", rate / 1e9, "GFLOP/s");
        yield return new(section, "fp32 step's share of that rate", 100 * flop / best[0] / rate, "%");
        if (mixed)
        {
            yield return new(section, "bf16 against PyTorch's fp32", best[1] / best[3], "x", "at least 2.2");
            yield return new(section, "bf16 against PyTorch's best",
                best.Where((_, i) => i is 1 or 2 or 4).Min() / best[3], "x", "at least 1.2");
            yield return new(section, "bf16 step's share of the bf16 rate",
                100 * flop / best[3] / MatmulRate(threads, ScalarType.BFloat16), "%", "at least 75");
        }
    }

    /// <summary>Seconds a step of each side, all of them open throughout.</summary>
    static double[] Together(List<(string Name, Func<ISteps> Open)> sides, int steps, int turns)
    {
        var open = sides.Select(side => side.Open()).ToList();
        open.ForEach(side => side.Seconds(steps));
        var best = open.Select(_ => double.PositiveInfinity).ToArray();
        for (var turn = 0; turn < turns; turn++)
            for (var side = 0; side < open.Count; side++)
                best[side] = Math.Min(best[side], open[side].Seconds(steps) / steps);
        open.ForEach(side => side.Dispose());
        return best;
    }

    /// <summary>Seconds a step of each side, one open at a time; the first step after opening does not count.</summary>
    static double[] Apart(List<(string Name, Func<ISteps> Open)> sides, int steps, int turns)
    {
        var best = sides.Select(_ => double.PositiveInfinity).ToArray();
        for (var turn = 0; turn < turns; turn++)
            for (var i = 0; i < sides.Count; i++)
            {
                using var side = sides[i].Open();
                side.Seconds(1);
                best[i] = Math.Min(best[i], side.Seconds(steps) / steps);
            }
        return best;
    }

    /// <summary>Floating point operations a second of a large square product; the best of several.</summary>
    static double MatmulRate(int threads, ScalarType type)
    {
        const int Side = 1024;
        using var scope = NewDisposeScope();
        var (a, b) = (randn(Side, Side).to(type), randn(Side, Side).to(type));
        return 2.0 * Side * Side * Side / Clock.Best(10, () => Clock.Seconds(threads, () => a.matmul(b).Dispose()));
    }
}
