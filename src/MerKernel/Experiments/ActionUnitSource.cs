namespace MerKernel.Experiments;

/// <summary>Where the action units that a network sees beside the frames come from.</summary>
public enum ActionUnitSource
{
    /// <summary>The coders' annotation of the very clip that is classified, as in the paper.</summary>
    Annotated,

    /// <summary>Nowhere: the network has no input for them.</summary>
    None,

    /// <summary>Control: the annotation of another clip; units are permuted among all clips, so a network cannot lean on them.</summary>
    Shuffled,
}
