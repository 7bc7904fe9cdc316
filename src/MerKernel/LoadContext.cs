using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace MerKernel;

/// <summary>
/// Where a program loads each assembly into a context of its own, as .NET Interactive does for <c>#r</c>, nothing looks for native files next to them: OpenCvSharp's and
/// those that this library calls by name are then found here. A program of the usual kind has one context and finds them itself.
/// </summary>
static class LoadContext
{
#pragma warning disable CA2255 // A library may not know its host; this one has to be ready before the first native call, whoever makes it.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Prepare()
    {
        var own = typeof(LoadContext).Assembly;
        if (AssemblyLoadContext.GetLoadContext(own) is not { } context || context == AssemblyLoadContext.Default) return;
        Resolve(context, own.Location);
        Resolve(AssemblyLoadContext.GetLoadContext(typeof(OpenCvSharp.Mat).Assembly)!, own.Location);
    }

    static void Resolve(AssemblyLoadContext context, string beside) => context.ResolvingUnmanagedDll += (_, name) => Find(Path.GetDirectoryName(beside)!, name);

    /// <summary>A library in a folder by the name that code calls it; 0 where it is not there.</summary>
    internal static nint Find(string folder, string name)
    {
        foreach (var file in (string[])[name, $"lib{name}.so", $"{name}.so"])
            if (Path.Combine(folder, file) is var path && File.Exists(path)) return NativeLibrary.Load(path);
        return 0;
    }
}
