namespace MerKernel.Reliability.Tests.Crash;

/// <summary><see cref="Job.Command"/>, undisturbed.</summary>
public sealed class WholeJob() : UndisturbedRun(Job.Command);
