namespace MerKernel.Slurm;

/// <summary>One array and the job that depends on it.</summary>
/// <param name="ArrayJob">Job id of the array.</param>
/// <param name="FinishJob">Job id of the job that makes tables.</param>
public sealed record Round(long ArrayJob, long FinishJob);
