using System.Diagnostics;

namespace MerKernel.Tests.Faces;

/// <summary>Builds native/dlib where the launcher has not done so yet.</summary>
public sealed class DlibLibraryFixture
{
    private static readonly Lock Gate = new();

    public DlibLibraryFixture()
    {
        lock (Gate)
        {
            if (Environment.GetEnvironmentVariable("MER_DLIB") is { Length: > 0 } || File.Exists(Path.Combine(AppContext.BaseDirectory, "libmerdlib.so"))) return;
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "native", "dlib", "build.sh")))
                folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
            using var build = Process.Start(Path.Combine(folder.FullName, "native", "dlib", "build.sh"));
            build.WaitForExit();
            if (build.ExitCode != 0) throw new InvalidOperationException("native/dlib/build.sh failed; its message stands above.");
        }
    }
}
