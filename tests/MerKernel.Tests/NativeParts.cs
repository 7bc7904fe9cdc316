using System.Diagnostics;

[assembly: AssemblyFixture(typeof(MerKernel.Tests.NativeParts))]

namespace MerKernel.Tests;

/// <summary>
/// Plugs native/kernels in before the first test, and builds native/ where the launcher has not done so yet. That takes
/// a minute or two, and a test process that is asked for its tests has to answer within one: so not when the assembly
/// is loaded.
/// </summary>
public sealed class NativeParts
{
    /// <summary>Does it.</summary>
    public NativeParts()
    {
        MerKernel.Native.NativeOps.Use();
        if (Environment.GetEnvironmentVariable("MER_NATIVE") is { Length: > 0 }) return;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "native", "kernels", "build.sh")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        foreach (var script in Directory.GetFiles(Path.Combine(folder.FullName, "native"), "build.sh",
            SearchOption.AllDirectories))
        {
            using var build = Process.Start(script);
            build.WaitForExit();
            if (build.ExitCode != 0) throw new InvalidOperationException($"{script} failed; its message stands above.");
        }
    }
}
