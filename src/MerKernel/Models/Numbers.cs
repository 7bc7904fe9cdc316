using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// Arithmetic with numbers that live until libtorch has read them. TorchSharp's operators make a number of their own (in a + b too: a + 1 * b) and keep nothing
/// alive, so the garbage collector may free it during the call, which then fails.
/// </summary>
internal static class Numbers
{
    /// <summary>1.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.add(number, One);
    }

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.div(number);
    }
}
