using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// libtorch's autocast on the calling thread, from construction to disposal: products and convolutions in bfloat16,
/// losses and sums in 32 bits. TorchSharp has no name for it, so libtorch's own functions are called (libtorch_cpu.so
/// exports them for every device).
/// </summary>
public readonly partial struct Autocast : IDisposable
{
    const string Library = "libtorch_cpu.so";

    readonly DeviceType? _device;

    Autocast(DeviceType device)
    {
        _device = device;
        IncrementNesting();
        SetType((sbyte)device, (sbyte)ScalarType.BFloat16);
        SetEnabled((sbyte)device, true);
    }

    /// <summary>Turns autocast on where the precision asks for it.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="device">Where the arithmetic happens.</param>
    public static Autocast In(Precision precision, Device device) =>
        precision == Precision.BFloat16 ? new Autocast(device.type) : default;

    /// <summary>Element type of the products that the calling thread computes from a tensor.</summary>
    public static ScalarType ProductType(Tensor tensor) =>
        IsEnabled((sbyte)tensor.device_type) ? ScalarType.BFloat16 : tensor.dtype;

    /// <summary>Turns it off again; the outermost one forgets the casted weights.</summary>
    public void Dispose()
    {
        if (_device is not { } device) return;
        SetEnabled((sbyte)device, false);
        if (DecrementNesting() == 0) ClearCache();
    }

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsEnabled(sbyte device);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")]
    private static partial void SetEnabled(sbyte device, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")]
    private static partial void SetType(sbyte device, sbyte type);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast17increment_nestingEv")]
    private static partial int IncrementNesting();

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast17decrement_nestingEv")]
    private static partial int DecrementNesting();

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast11clear_cacheEv")]
    private static partial void ClearCache();
}
