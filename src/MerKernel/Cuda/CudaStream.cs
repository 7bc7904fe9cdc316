using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Cuda;

/// <summary>
/// A CUDA stream of the calling thread's own, from construction to disposal: folds side by side do not wait for each
/// other, and work to be recorded as a graph may not run on the default stream.
/// </summary>
internal sealed unsafe class CudaStream : IDisposable
{
    static readonly nint s_fromPool = Libtorch.Find(Libtorch.CudaBase, "_ZN3c104cuda17getStreamFromPoolEba");
    static readonly nint s_current = Libtorch.Find(Libtorch.CudaBase, "_ZN3c104cuda20getCurrentCUDAStreamEa");
    static readonly nint s_use = Libtorch.Find(Libtorch.CudaBase,
        "_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE");

    static readonly nint s_wait = Libtorch.Find("libc10.so", "_ZNK3c106Stream11synchronizeEv");

    readonly (long, long) _before;

    CudaStream(int device)
    {
        _before = Libtorch.Call(s_current, device);
        Use(Libtorch.Call(s_fromPool, 0, device));
    }

    /// <summary>
    /// Opens one, after all that was started on the device; null where the device is no GPU or the functions are
    /// missing.
    /// </summary>
    public static CudaStream? On(Device device)
    {
        if (device.type != DeviceType.CUDA || s_fromPool == 0 || s_current == 0 || s_use == 0 || !Libtorch.CanCall)
            return null;
        cuda.synchronize(device);
        return new CudaStream(Math.Max(0, device.index));
    }

    /// <summary>Waits for all that the calling thread's stream has been given.</summary>
    public static void Wait()
    {
        var (device, id) = Libtorch.Call(s_current, -1);
        long[] stream = [device, id];
        fixed (long* self = stream) Libtorch.Call(s_wait, (long)(nint)self);
    }

    /// <summary>Gives the thread the stream it had before, after all that was started on the device.</summary>
    public void Dispose()
    {
        cuda.synchronize();
        Use(_before);
    }

    static void Use((long Device, long Id) stream) => Libtorch.Call(s_use, stream.Device, stream.Id);
}
