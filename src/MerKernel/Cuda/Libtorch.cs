namespace MerKernel.Cuda;

/// <summary>
/// Functions of libtorch's C++ interface that TorchSharp has no name for, by their mangled names (x86-64, System V).
/// They are called through libmercuda.so (native/cuda), which turns their exceptions into
/// <see cref="InvalidOperationException"/>.
/// </summary>
internal static unsafe partial class Libtorch
{
    /// <summary>libtorch's CUDA part.</summary>
    public const string Cuda = "libtorch_cuda.so";

    /// <summary>Streams and memory of CUDA.</summary>
    public const string CudaBase = "libc10_cuda.so";

    static readonly delegate* unmanaged<nint, long*, long*, nint> s_call = Guard();

    /// <summary>Whether the library that calls them is there.</summary>
    public static bool CanCall => s_call is not null;

    /// <summary>Where a tensor's first number lies, whatever its device.</summary>
    public static nint Data(TorchSharp.torch.Tensor tensor) => Data(tensor.Handle);

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint Data(nint tensor);

    /// <summary>A function's address, or 0.</summary>
    /// <param name="library">File name of a library that libtorch has loaded.</param>
    /// <param name="name">Mangled name.</param>
    public static nint Find(string library, string name) =>
        NativeLibrary.TryLoad(library, out var handle) && NativeLibrary.TryGetExport(handle, name, out var address)
            ? address : 0;

    /// <summary>Calls a function of at most six whole numbers or pointers.</summary>
    /// <returns>The values of its two result registers.</returns>
    /// <exception cref="InvalidOperationException">It threw, with its message.</exception>
    public static (long First, long Second) Call(nint function, params ReadOnlySpan<long> arguments)
    {
        var words = stackalloc long[6];
        var result = stackalloc long[2];
        for (var i = 0; i < arguments.Length; i++) words[i] = arguments[i];
        var error = s_call(function, words, result);
        if (error != 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8(error));
        return (result[0], result[1]);
    }

    static delegate* unmanaged<nint, long*, long*, nint> Guard() =>
        NativeFile.Find("libmercuda.so") is { } path && NativeLibrary.TryLoad(path, out var library) &&
        NativeLibrary.TryGetExport(library, "mer_guarded_call", out var call)
            ? (delegate* unmanaged<nint, long*, long*, nint>)call
            : null;
}
