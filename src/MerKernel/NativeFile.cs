using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace MerKernel;

/// <summary>Where the libraries that native/ builds lie.</summary>
internal static class NativeFile
{
    /// <summary>The variable that names their folder.</summary>
    public const string Variable = "MER_NATIVE";

    /// <summary>
    /// The first of a name in the folder that <see cref="Variable"/> names, next to the program, and in
    /// artifacts/native of the checkout that the program runs from; null if there is none.
    /// </summary>
    public static string? Find(string name) => Candidates(name).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Candidates(string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            yield return Path.Combine(named, name);
        foreach (var start in new[]
        {
            AppContext.BaseDirectory, Path.GetDirectoryName(typeof(NativeFile).Assembly.Location) ?? "."
        })
        {
            yield return Path.Combine(start, name);
            // Where a package's native parts lie in a program without a runtime identifier.
            yield return Path.Combine(start, "runtimes", "linux-x64", "native", name);
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                yield return Path.Combine(folder.FullName, "artifacts", "native", name);
        }
    }
}

/// <summary>The symbols of a 64-bit shared library (ELF, System V gABI chapters 4 and 5).</summary>
internal static class ElfSymbols
{
    const int DynamicSymbols = 11, SymbolSize = 24, SectionSize = 64, Weak = 2;

    /// <summary>
    /// Names of the functions and variables that a library takes from others; weak ones, which it can do without, are
    /// left out.
    /// </summary>
    /// <param name="path">The library.</param>
    /// <exception cref="InvalidDataException">The file is no such library.</exception>
    public static IEnumerable<string> Undefined(string path)
    {
        var file = File.ReadAllBytes(path);
        if (!file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x7f, .. "ELF"u8, 2, 1]))
            throw new InvalidDataException($"{path} is not a 64-bit shared library.");
        var sections = (int)Long(file, 0x28);
        var symbols = Enumerable.Range(0, Short(file, 0x3c)).Select(i => sections + i * SectionSize)
            .Single(s => Int(file, s + 4) == DynamicSymbols);
        var names = (int)Long(file, sections + Int(file, symbols + 0x28) * SectionSize + 0x18);
        var (first, size) = ((int)Long(file, symbols + 0x18), (int)Long(file, symbols + 0x20));
        for (var symbol = first; symbol < first + size; symbol += SymbolSize)
        {
            var name = names + Int(file, symbol);
            if (Short(file, symbol + 6) == 0 && file[symbol + 4] >> 4 != Weak && file[name] != 0)
                yield return Encoding.ASCII.GetString(file, name, Array.IndexOf(file, (byte)0, name) - name);
        }
    }

    static int Short(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    static int Int(byte[] file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));

    static long Long(byte[] file, int at) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
}

/// <summary>
/// Where a program loads each assembly into a context of its own, as .NET Interactive does for <c>#r</c>, nothing looks
/// for native files next to them: OpenCvSharp's and those that this library calls by name are then found here.
/// A program of the usual kind has one context and finds them itself.
/// </summary>
static class LoadContext
{
    // A library may not know its host; this one has to be ready before the first native call, whoever makes it.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Prepare()
    {
        var own = typeof(LoadContext).Assembly;
        if (AssemblyLoadContext.GetLoadContext(own) is not { } context) return;
        if (context == AssemblyLoadContext.Default)
        {
            // Asked only after the loader has failed.
            context.ResolvingUnmanagedDll += (_, name) =>
                name == "LibTorchSharp" && Refused(own.Location) is { } why ? throw new UserErrorException(why) : 0;
            return;
        }
        Resolve(context, own.Location);
        Resolve(AssemblyLoadContext.GetLoadContext(typeof(OpenCvSharp.Mat).Assembly)!, own.Location);
    }

    /// <summary>
    /// Why TorchSharp's native part next to a program cannot be loaded, with the cure; null where it is not there, or
    /// its dependencies are not. TorchSharp itself would speak of a missing package.
    /// </summary>
    internal static string? Refused(string assembly)
    {
        var folder = Path.GetDirectoryName(assembly)!;
        foreach (var file in (string[])[Path.Combine(folder, "libLibTorchSharp.so"),
            Path.Combine(folder, "runtimes", "linux-x64", "native", "libLibTorchSharp.so")])
        {
            if (!File.Exists(file)) continue;
            try
            {
                _ = NativeLibrary.Load(file);
            }
            catch (DllNotFoundException e) when (e.Message.Contains("GLIBCXX", StringComparison.Ordinal))
            {
                return $"{file} asks for a newer libstdc++ than this system's, although it can do without. Add " +
                    "<Import Project=\"CHECKOUT/build/Program.targets\" /> to the program's project file, CHECKOUT " +
                    "being the folder of MerNotebooks, and build it again; the packages of ./dev pack need no such " +
                    "line.";
            }
            catch (DllNotFoundException)
            {
                // Without libtorch next to it, or in another place: TorchSharp looks further, and says what it tried.
            }
        }

        return null;
    }

    static void Resolve(AssemblyLoadContext context, string beside) =>
        context.ResolvingUnmanagedDll += (_, name) => Find(Path.GetDirectoryName(beside)!, name);

    /// <summary>A library in a folder by the name that code calls it; 0 where it is not there.</summary>
    internal static nint Find(string folder, string name)
    {
        foreach (var file in (string[])[name, $"lib{name}.so", $"{name}.so"])
            if (Path.Combine(folder, file) is var path && File.Exists(path)) return NativeLibrary.Load(path);
        return 0;
    }
}
