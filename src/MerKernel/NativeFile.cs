namespace MerKernel;

/// <summary>Where the libraries that native/ builds lie.</summary>
internal static class NativeFile
{
    /// <summary>The variable that names their folder.</summary>
    public const string Variable = "MER_NATIVE";

    /// <summary>
    /// The first of a name in the folder that <see cref="Variable"/> names, next to the program, and in artifacts/native of the checkout that the program runs
    /// from; null if there is none.
    /// </summary>
    public static string? Find(string name) => Candidates(name).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Candidates(string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) yield return Path.Combine(named, name);
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(typeof(NativeFile).Assembly.Location) ?? "." })
        {
            yield return Path.Combine(start, name);
            // Where a package's native parts lie in a program without a runtime identifier.
            yield return Path.Combine(start, "runtimes", "linux-x64", "native", name);
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                yield return Path.Combine(folder.FullName, "artifacts", "native", name);
        }
    }
}
