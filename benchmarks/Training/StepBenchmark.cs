using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Training;

/// <summary>Training steps of the full network beside PyTorch's, in turns, and beside the machine's own rate of products.</summary>
static class StepBenchmark
{
    const int Clips = 16;

    /// <summary>Measures one profile's network.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="profile">Whose network.</param>
    /// <param name="threads">Math threads of both sides.</param>
    /// <param name="steps">Steps of a turn.</param>
    /// <param name="turns">Turns of each side; the best counts.</param>
    public static IEnumerable<Figure> Of(string root, Profile profile, int threads, int steps, int turns)
    {
        var section = $"step, {profile.Name} profile, {threads} thread{(threads == 1 ? "" : "s")}";
        // Forward once, backward twice, two operations for each multiply-accumulate.
        var flop = 6.0 * Clips * ModelSummary.Of(profile.Model).Macs;
        using var ours = new OurStep(profile.Model, Clips);
        using var mixed = ComputeDevice.ProcessorHasBFloat16 ? new OurStep(profile.Model, Clips, Precision.BFloat16) : null;
        using var plain = new PyTorchStep(root, profile.Model, Clips, threads);
        using var channelsLast = new PyTorchStep(root, profile.Model, Clips, threads, "--channels-last");
        using var theirMixed = mixed is null ? null : new PyTorchStep(root, profile.Model, Clips, threads, "--channels-last", "--bf16");
        List<(string Name, Func<double> Take)> sides =
        [
            ("this kernel, fp32", () => Clock.Seconds(threads, () => ours.Run(steps))),
            ($"PyTorch {plain.Version}, fp32", () => plain.Seconds(steps)),
            ($"PyTorch {plain.Version}, fp32, channels last", () => channelsLast.Seconds(steps)),
        ];
        if (mixed is not null) sides.Add(("this kernel, bf16", () => Clock.Seconds(threads, () => mixed.Run(steps))));
        if (theirMixed is not null) sides.Add(($"PyTorch {plain.Version}, bf16, channels last", () => theirMixed.Seconds(steps)));

        if (turns > 1) sides.ForEach(side => side.Take());
        var best = sides.Select(_ => double.PositiveInfinity).ToArray();
        for (var turn = 0; turn < turns; turn++)
            for (var side = 0; side < sides.Count; side++) best[side] = Math.Min(best[side], sides[side].Take() / steps);

        for (var side = 0; side < sides.Count; side++) yield return new(section, sides[side].Name, Clips / best[side], "clips/s");
        yield return new(section, "fp32 against PyTorch's fp32", best[1] / best[0], "x", "at least 1.15");
        yield return new(section, "fp32 against PyTorch's best fp32", Math.Min(best[1], best[2]) / best[0], "x");
        var rate = MatmulRate(threads, ScalarType.Float32);
        yield return new(section, "fp32 products of 1024 x 1024", rate / 1e9, "GFLOP/s");
        yield return new(section, "fp32 step's share of that rate", 100 * flop / best[0] / rate, "%");
        if (mixed is not null)
        {
            yield return new(section, "bf16 against PyTorch's fp32", best[1] / best[3], "x", "at least 2.2");
            yield return new(section, "bf16 against PyTorch's best", best.Where((_, i) => i is 1 or 2 or 4).Min() / best[3], "x", "at least 1.2");
            yield return new(section, "bf16 step's share of the bf16 rate", 100 * flop / best[3] / MatmulRate(threads, ScalarType.BFloat16), "%", "at least 75");
        }
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
