namespace MerKernel.Flow;

/// <summary>A dense optical flow algorithm.</summary>
public enum FlowMethod
{
    /// <summary>Total variation and L1 data term (Zach, Pock and Bischof 2007), the input of most networks on flow.</summary>
    TvL1,

    /// <summary>Polynomial expansion (Farneback 2003).</summary>
    Farneback,
}
