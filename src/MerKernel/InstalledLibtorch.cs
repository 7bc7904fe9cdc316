namespace MerKernel;

/// <summary>
/// The libtorch of an installed PyTorch in place of a packaged one: MER_LIBTORCH names its folder, for example
/// .../site-packages/torch/lib. TorchSharp was built for one version; another serves as well where it has every
/// function that TorchSharp calls, and is refused before it can crash where it has not.
/// </summary>
public static class InstalledLibtorch
{
    /// <summary>Name of the environment variable.</summary>
    public const string Variable = "MER_LIBTORCH";

    /// <summary>
    /// The version TorchSharp was built for; Directory.Packages.props pins the package of the same version.
    /// </summary>
    public const string Version = "2.10.0";

    static readonly Lock s_lock = new();
    static bool s_done;

    /// <summary>
    /// Loads the libraries if the variable is set; call it before anything of TorchSharp is used. Further calls do
    /// nothing.
    /// </summary>
    /// <param name="say">Receives a line when the version is not the one that TorchSharp was built for.</param>
    /// <exception cref="UserErrorException">
    /// They are not there, cannot be loaded, or lack functions that TorchSharp calls.
    /// </exception>
    public static void Use(Action<string>? say = null)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder) return;
        lock (s_lock)
        {
            if (s_done) return;
            // In a notebook the program is the kernel, which lies elsewhere.
            Load(Path.GetFullPath(folder), Path.GetDirectoryName(typeof(InstalledLibtorch).Assembly.Location)!, say);
            s_done = true;
        }
    }

    internal static void Load(string folder, string program, Action<string>? say = null)
    {
        if (!File.Exists(Path.Combine(folder, "libtorch_cpu.so")))
            throw new UserErrorException($"{Variable} names {folder}, which has no libtorch_cpu.so; name the folder " +
                "that has it: python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), " +
                "\"lib\"))' prints it.");
        // Two of them in one process would each hold half of the tensors.
        if (File.Exists(Path.Combine(program, "libtorch_cpu.so")))
            throw new UserErrorException($"{Variable} is set, and {program} has a libtorch of its own; call ./mer of " +
                $"the checkout, which builds without one, or unset {Variable}.");
        var cpu = Loaded(folder, "libtorch_cpu.so");
        if (File.Exists(Path.Combine(folder, "libtorch_cuda.so"))) Loaded(folder, "libtorch_cuda.so");
        var all = Loaded(folder, "libtorch.so");
        var version = VersionOf(cpu);
        if (version == Version) return;
        var found = version is null ? "an older libtorch" : $"libtorch {version}";
        Demand($"{folder} holds {found}", Path.Combine(program, "libLibTorchSharp.so"), all, cpu);
        say?.Invoke($"{folder} holds {found}; TorchSharp was built for {Version}, and all of its functions are there");
    }

    /// <summary>
    /// Demands of loaded libraries all that TorchSharp's native part calls, which can be asked only where that part is.
    /// </summary>
    internal static void Demand(string found, string wrapper, params ReadOnlySpan<nint> loaded)
    {
        var cure = $"install torch=={Version} and name its folder, or unset {Variable} to use the packaged libtorch.";
        if (!File.Exists(wrapper))
            throw new UserErrorException($"{found}, and whether it has all functions that TorchSharp calls cannot be " +
                $"checked: {wrapper} is not there; {cure}");
        var missing = Missing(wrapper, loaded);
        if (missing.Count > 0)
            throw new UserErrorException($"{found}, which lacks {missing.Count} of the functions that this program " +
                $"calls ({string.Join(", ", missing.Take(3))}{(missing.Count > 3 ? ", ..." : "")}); {cure}");
    }

    /// <summary>
    /// The symbols that a library takes from others and that neither the loaded ones nor their own dependencies have.
    /// </summary>
    /// <param name="library">The library.</param>
    /// <param name="loaded">Handles of loaded libraries.</param>
    internal static IReadOnlyList<string> Missing(string library, params ReadOnlySpan<nint> loaded)
    {
        List<string> missing = [];
        foreach (var name in ElfSymbols.Undefined(library))
        {
            var there = NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out _);
            foreach (var handle in loaded) there = there || NativeLibrary.TryGetExport(handle, name, out _);
            if (!there) missing.Add(name);
        }

        return missing;
    }

    /// <summary>
    /// Asks the library: it counts its version as bytes, major, minor, patch from the highest on; null for one that is
    /// too old to say.
    /// </summary>
    static unsafe string? VersionOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var function)) return null;
        var version = ((delegate* unmanaged<ulong>)function)();
        return string.Create(CultureInfo.InvariantCulture,
            $"{version >> 56}.{version >> 48 & 255}.{version >> 40 & 255}");
    }

    static nint Loaded(string folder, string name)
    {
        try
        {
            return NativeLibrary.Load(Path.Combine(folder, name));
        }
        catch (DllNotFoundException e)
        {
            throw new UserErrorException($"{Path.Combine(folder, name)} cannot be loaded " +
                $"({e.Message.Split('\n')[0].Trim().TrimEnd('.')}); the PyTorch it belongs to must work on " +
                "this machine.", e);
        }
    }
}
