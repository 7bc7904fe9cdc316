namespace MerKernel.Evaluation;

/// <summary>How a ratio became its printed digits.</summary>
public enum GrimRounding
{
    /// <summary>Rounded to the nearest (either way at a half).</summary>
    Rounded,

    /// <summary>Cut off after the last printed digit.</summary>
    Cut,
}
