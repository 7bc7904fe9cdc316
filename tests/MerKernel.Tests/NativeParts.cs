using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MerKernel.Tests;

/// <summary>Plugs native/kernels in, and builds native/ where the launcher has not done so yet.</summary>
internal static class NativeParts
{
    [ModuleInitializer]
    internal static void Build()
    {
        MerKernel.Native.NativeOps.Use();
        if (Environment.GetEnvironmentVariable("MER_NATIVE") is { Length: > 0 }) return;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "native", "kernels", "build.sh")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        foreach (var script in Directory.GetFiles(Path.Combine(folder.FullName, "native"), "build.sh", SearchOption.AllDirectories))
        {
            using var build = Process.Start(script);
            build.WaitForExit();
            if (build.ExitCode != 0) throw new InvalidOperationException($"{script} failed; its message stands above.");
        }
    }
}
