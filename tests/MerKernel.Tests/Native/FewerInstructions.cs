using MerKernel.Native;

namespace MerKernel.Tests.Native;

/// <summary>
/// Lets the thread's native kernels use an instruction set at most, until disposed; 0 leaves only libtorch's
/// operations.
/// </summary>
internal readonly struct FewerInstructions : IDisposable
{
    /// <summary>
    /// Every level: none, AVX2, AVX-512, AVX-512 with bfloat16. A processor without one does with the one before.
    /// </summary>
    public static readonly int[] Levels = [0, 1, 2, 3];

    public FewerInstructions(int level) => KernelLibrary.Limit(level);

    public void Dispose() => KernelLibrary.Limit(Levels[^1]);
}
