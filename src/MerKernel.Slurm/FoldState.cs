namespace MerKernel.Slurm;

/// <summary>How far a fold of a submission is.</summary>
public enum FoldState
{
    /// <summary>In the run store.</summary>
    Stored,

    /// <summary>Its task runs.</summary>
    Running,

    /// <summary>Its task waits.</summary>
    Waiting,

    /// <summary>Its task has ended without storing it.</summary>
    Ended,
}
