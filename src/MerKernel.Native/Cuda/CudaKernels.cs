using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using MerKernel.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Native.Cuda;

/// <summary>
/// The functions of kernels.cu, compiled by NVRTC for the GPU at hand when they are first needed. Where that fails,
/// libtorch's operations do the same, slower.
/// </summary>
internal static unsafe class CudaKernels
{
    static readonly nint s_current = Libtorch.Find(Libtorch.CudaBase, "_ZN3c104cuda20getCurrentCUDAStreamEa");
    static readonly nint s_stream = Libtorch.Find(Libtorch.CudaBase, "_ZNK3c104cuda10CUDAStream6streamEv");
    static readonly ConcurrentDictionary<int, Lazy<Module?>> s_modules = [];

    /// <summary>
    /// Runs a kernel on a processor, for tests: name, grid and block sizes (x and y each), arguments.
    /// </summary>
    internal static delegate* unmanaged<byte*, uint*, void**, int> Emulator { get; set; }

    /// <summary>Why the kernels could not be made for the GPU, or null.</summary>
    public static string? Failure { get; private set; }

    /// <summary>Whether kernels compute on bfloat16 tensors where this one lies.</summary>
    public static bool ComputeOn(Tensor tensor) =>
        Emulator is not null
            ? tensor.device_type == DeviceType.CPU
            : tensor.device_type == DeviceType.CUDA && ModuleOf(tensor.device_index) is not null;

    /// <summary>Starts a kernel on the current stream of a tensor's device.</summary>
    /// <param name="name">The kernel.</param>
    /// <param name="where">A tensor on the device.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="block">Threads of a block.</param>
    /// <param name="arguments">A pointer to each argument.</param>
    /// <exception cref="InvalidOperationException">It cannot be started.</exception>
    public static void Launch(string name, Tensor where, (long X, long Y) grid, (int X, int Y) block,
        params ReadOnlySpan<nint> arguments)
    {
        fixed (nint* list = arguments)
        {
            if (Emulator is not null)
            {
                var sizes = stackalloc uint[] { (uint)grid.X, (uint)grid.Y, (uint)block.X, (uint)block.Y };
                fixed (byte* bytes = Encoding.ASCII.GetBytes(name + "\0"))
                {
                    if (Emulator(bytes, sizes, (void**)list) != 0)
                        throw new InvalidOperationException($"There is no kernel {name}.");
                }

                return;
            }

            var (device, id) = Libtorch.Call(s_current, where.device_index);
            var stream = stackalloc long[] { device, id };
            var (handle, _) = Libtorch.Call(s_stream, (long)(nint)stream);
            ModuleOf(where.device_index)!.Launch(name, (nint)handle, grid, block, (void**)list);
        }
    }

    static Module? ModuleOf(int device) => s_modules.GetOrAdd(device, d => new Lazy<Module?>(() => Make(d))).Value;

    static Module? Make(int device)
    {
        if (s_current == 0 || s_stream == 0 || !Libtorch.CanCall) return null;
        try
        {
            return new Module(device);
        }
        catch (Exception e) when (e is InvalidOperationException or DllNotFoundException or EntryPointNotFoundException)
        {
            Failure = e.Message;
            return null;
        }
    }

    /// <summary>The kernels on one GPU.</summary>
    sealed class Module
    {
        const string Driver = "libcuda.so.1";
        const int CapabilityMajor = 75, CapabilityMinor = 76;

        readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launch;
        readonly ConcurrentDictionary<string, nint> _functions = [];
        readonly delegate* unmanaged<nint*, nint, byte*, int> _find;
        readonly nint _module;

        public Module(int device)
        {
            var driver = NativeLibrary.Load(Driver);
            _launch = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**,
                int>)NativeLibrary.GetExport(driver, "cuLaunchKernel");
            _find = (delegate* unmanaged<nint*, nint, byte*, int>)NativeLibrary.GetExport(driver,
                "cuModuleGetFunction");
            var attribute = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(driver,
                "cuDeviceGetAttribute");
            var load = (delegate* unmanaged<nint*, byte*, int>)NativeLibrary.GetExport(driver, "cuModuleLoadData");
            int major, minor;
            Demand(attribute(&major, CapabilityMajor, device), "cuDeviceGetAttribute");
            Demand(attribute(&minor, CapabilityMinor, device), "cuDeviceGetAttribute");
            if (major < 8)
                throw new InvalidOperationException(
                    $"kernels.cu needs compute capability 8.0, and this GPU has {major}.{minor}.");
            nint module;
            fixed (byte* image = Compiled(major, minor)) Demand(load(&module, image), "cuModuleLoadData");
            _module = module;
        }

        public void Launch(string name, nint stream, (long X, long Y) grid, (int X, int Y) block, void** arguments) =>
            Demand(_launch(_functions.GetOrAdd(name, Function), (uint)grid.X, (uint)grid.Y, 1, (uint)block.X,
                (uint)block.Y, 1, 0, stream, arguments, null), name);

        nint Function(string name)
        {
            nint function;
            fixed (byte* bytes = Encoding.ASCII.GetBytes(name + "\0")) Demand(_find(&function, _module, bytes), name);
            return function;
        }

        static void Demand(int status, string what)
        {
            if (status != 0) throw new InvalidOperationException($"CUDA: {what} failed with error {status}.");
        }

        static byte[] Compiled(int major, int minor)
        {
            var compiler = Compiler();
            nint Export(string name) => NativeLibrary.GetExport(compiler, name);
            var create = (delegate* unmanaged<nint*, byte*, byte*, int, nint, nint, int>)Export("nvrtcCreateProgram");
            var compile = (delegate* unmanaged<nint, int, byte**, int>)Export("nvrtcCompileProgram");
            var size = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetCUBINSize");
            var get = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetCUBIN");
            var logSize = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetProgramLogSize");
            var log = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetProgramLog");

            using var source = typeof(CudaKernels).Assembly.GetManifestResourceStream("kernels.cu")!;
            using var reader = new StreamReader(source);
            nint program;
            fixed (byte* text = Encoding.ASCII.GetBytes(reader.ReadToEnd() + "\0"), title = "kernels.cu\0"u8)
                Demand(create(&program, text, title, 0, 0, 0), "nvrtcCreateProgram");
            fixed (byte* target = Encoding.ASCII.GetBytes($"--gpu-architecture=sm_{major}{minor}\0"),
                standard = "--std=c++17\0"u8)
            {
                var options = stackalloc byte*[] { target, standard };
                var status = compile(program, 2, options);
                nuint length;
                if (status != 0)
                {
                    logSize(program, &length);
                    var text = new byte[length];
                    fixed (byte* at = text) log(program, at);
                    throw new InvalidOperationException(
                        $"NVRTC cannot compile kernels.cu: {Encoding.UTF8.GetString(text).TrimEnd('\0', '\n')}");
                }

                Demand(size(program, &length), "nvrtcGetCUBINSize");
                var image = new byte[length];
                fixed (byte* at = image) Demand(get(program, at), "nvrtcGetCUBIN");
                return image;
            }
        }

        // libtorch brings NVRTC along, under a name with its version, or in a package next to its own.
        static nint Compiler()
        {
            foreach (var name in new[] { "libnvrtc.so.13", "libnvrtc.so.12" })
            {
                if (NativeLibrary.TryLoad(name, out var found)) return found;
            }

            var libtorch = Environment.GetEnvironmentVariable(InstalledLibtorch.Variable) is { Length: > 0 } named
                ? named
                : AppContext.BaseDirectory;
            string[] folders = [libtorch, Path.Combine(libtorch, "..", "..", "nvidia"), "/usr/local/cuda/lib64"];
            foreach (var path in folders.Where(Directory.Exists)
                .SelectMany(f => Directory.EnumerateFiles(f, "libnvrtc*.so.1*", SearchOption.AllDirectories)))
            {
                if (!path.Contains("builtins", StringComparison.Ordinal) && NativeLibrary.TryLoad(path, out var found))
                    return found;
            }

            throw new DllNotFoundException("NVRTC (libnvrtc.so.12 or 13) was not found.");
        }
    }
}
