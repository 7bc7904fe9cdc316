using System.Runtime.InteropServices;

namespace MerKernel.Models;

/// <summary>
/// libtorch asks NNPACK before every 1 x 1 convolution of a small batch on one thread, and where NNPACK does not know the processor, as on many virtual machines,
/// writes a warning each time: a hundred thousand lines in the small profile. It would not be used there in any case, so it is turned off; results stay the same.
/// </summary>
internal static unsafe class Nnpack
{
    private static readonly Lazy<bool> Off = new(() =>
    {
        if (!NativeLibrary.TryLoad("libtorch_cpu.so", out var library) || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            || !NativeLibrary.TryGetExport(library, "_ZN2at7Context20setUserEnabledNNPACKEb", out var enable)) return false;
        // at::globalContext().setUserEnabledNNPACK(false); neither throws.
        ((delegate* unmanaged<nint, byte, void>)enable)(((delegate* unmanaged<nint>)context)(), 0);
        return true;
    });

    /// <summary>Turns it off, once; another libtorch than the usual one may lack the functions and continues as it is.</summary>
    public static bool TurnOff() => Off.Value;
}
