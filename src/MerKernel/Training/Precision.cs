namespace MerKernel.Training;

/// <summary>Number format of the network's arithmetic in training and testing; weights, gradients and updates are 32-bit in each.</summary>
public enum Precision
{
    /// <summary>32-bit floating point throughout.</summary>
    Single,

    /// <summary>Products and convolutions in bfloat16, what needs more digits in 32 bits (libtorch's autocast).</summary>
    BFloat16,
}
