using System.Runtime.InteropServices;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Placement;

/// <summary>Devices that are not the processor and need no GPU.</summary>
internal static unsafe class Devices
{
    /// <summary>
    /// Shapes without numbers; libtorch refuses to mix it with the processor's tensors, and has not every operation for
    /// it.
    /// </summary>
    public static Device Meta { get; } = new(DeviceType.META);

    /// <summary>
    /// libtorch's lazy device, which TorchSharp has no name for: it has every operation, notes them down, and computes
    /// nothing until a number is asked for. It refuses the processor's tensors too.
    /// </summary>
    public static Device Lazy => s_lazy.Value;

    const DeviceType LazyType = (DeviceType)17;

    static readonly Lazy<Device> s_lazy = new(() =>
    {
        var library = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so"));
        ((delegate* unmanaged<void>)NativeLibrary.GetExport(library, "_ZN5torch4lazy22InitTorchScriptBackendEv"))();
        Ops.Use(LazyType, new WithoutUnbind());
        return new Device(LazyType);
    });

    /// <summary>
    /// Attention within windows as <see cref="Windows"/> has it, queries, keys and values selected one by one: from
    /// unbind, libtorch's lazy device returns the processor's tensors.
    /// </summary>
    sealed class WithoutUnbind : IOps
    {
        public string Name => "lazy";

        public Tensor WindowAttention(Tensor x, Linear qkv, Tensor table, Windows windows)
        {
            var (count, window, shift) = (windows.Side / windows.Window, windows.Window, windows.Shift);
            var projected = qkv.call(shift == 0 ? x : x.roll((-shift, -shift), (1, 2)))
                .view(-1, count, window, count, window, 3, windows.Heads, windows.Depth);
            Tensor Part(int part) => projected.select(5, part).permute(0, 1, 3, 5, 2, 4, 6)
                .reshape(-1, count * count, windows.Heads, window * window, windows.Depth);
            return windows.Join(windows.Weights(Part(0), Part(1), table).matmul(Part(2)));
        }
    }
}
