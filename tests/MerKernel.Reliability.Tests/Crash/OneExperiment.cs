namespace MerKernel.Reliability.Tests.Crash;

/// <summary><see cref="Job.One"/>, undisturbed.</summary>
public sealed class OneExperiment() : UndisturbedRun(Job.One);
