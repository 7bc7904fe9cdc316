namespace MerKernel.Benchmarks.Training;

/// <summary>One measured value.</summary>
/// <param name="Section">The benchmark's part.</param>
/// <param name="What">What was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Unit">Its unit; x for a ratio within this run.</param>
/// <param name="Goal">What it should reach, in words; null where there is no bar.</param>
sealed record Figure(string Section, string What, double Value, string Unit, string? Goal = null);
