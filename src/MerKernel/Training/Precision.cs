namespace MerKernel.Training;

/// <summary>Number format of the network's arithmetic in training and testing; weights, gradients and updates are 32-bit in each.</summary>
public enum Precision
{
    /// <summary>32-bit floating point throughout.</summary>
    Single,

    /// <summary>Products and convolutions in bfloat16, operations that need more digits in 32 bits (libtorch's autocast).</summary>
    BFloat16,
}

/// <summary>Precisions by name.</summary>
public static class PrecisionNames
{
    /// <summary>The precision of a name.</summary>
    /// <param name="name">fp32 or bf16; null takes the device's usual one, fp32 on a processor and bf16 on a GPU.</param>
    /// <param name="device">Name of the device that trains, as <see cref="ComputeDevice.Named"/> takes it.</param>
    /// <exception cref="UserErrorException">There is no such precision.</exception>
    public static Precision Named(string? name, string device) => name switch
    {
        null => device == "cpu" ? Precision.Single : Precision.BFloat16,
        "fp32" => Precision.Single,
        "bf16" => Precision.BFloat16,
        _ => throw new UserErrorException($"There is no precision '{name}'; write fp32 or bf16."),
    };

    /// <summary>fp32 or bf16.</summary>
    public static string Name(this Precision precision) => precision == Precision.Single ? "fp32" : "bf16";
}
