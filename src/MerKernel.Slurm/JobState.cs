namespace MerKernel.Slurm;

/// <summary>What Slurm says of a job or task.</summary>
/// <param name="State">Its state, for example RUNNING or OUT_OF_MEMORY.</param>
/// <param name="Reason">Why it waits or ended, where the queue tells.</param>
/// <param name="Nodes">Where it runs or ran.</param>
public sealed record JobState(string State, string Reason, string Nodes)
{
    /// <summary>Whether it is on a node.</summary>
    public bool IsRunning => State is "RUNNING" or "COMPLETING" or "CONFIGURING" or "SUSPENDED" or "STAGE_OUT" or "SIGNALING";

    /// <summary>Whether it waits for one.</summary>
    public bool IsWaiting => State is "PENDING" or "REQUEUED" or "REQUEUE_HOLD" or "REQUEUE_FED" or "SPECIAL_EXIT" or "RESV_DEL_HOLD";
}
