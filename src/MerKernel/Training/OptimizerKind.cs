namespace MerKernel.Training;

/// <summary>How gradients become updates.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW, weight decay apart from the gradient (the paper's).</summary>
    AdamW,

    /// <summary>Adam, weight decay added to the gradient.</summary>
    Adam,

    /// <summary>RMSprop, weight decay added to the gradient.</summary>
    RmsProp,
}
