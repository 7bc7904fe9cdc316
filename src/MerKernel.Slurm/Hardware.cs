namespace MerKernel.Slurm;

/// <summary>Hardware a plan is timed on without having it; the rates are assumptions, and pages that show them say so.</summary>
/// <param name="Name">What it is.</param>
/// <param name="FlopRate">Sustained floating point operations a second.</param>
/// <param name="Assumption">Where the rate comes from.</param>
public sealed record Hardware(string Name, double FlopRate, string Assumption)
{
    /// <summary>A server, and cards at a third of the single-precision peak that their maker states.</summary>
    public static ImmutableArray<Hardware> Known { get; } =
    [
        new("64 cores with AVX-512", 64 * 61e9, "61 GFLOP/s a core, as measured on two"),
        new("one A100", 19.5e12 / 3, "a third of 19.5 TFLOP/s"),
        new("one H100", 67e12 / 3, "a third of 67 TFLOP/s"),
    ];
}
