namespace MerKernel;

/// <summary>
/// Finds the checkout, or the folder that a user of a shared one has for data and results, so that commands and
/// notebooks agree on where these are.
/// </summary>
public static class RepositoryRoot
{
    /// <summary>
    /// The folder named by MER_ROOT (the launcher sets it), else the nearest one above the current folder with
    /// MerNotebooks.sln.
    /// </summary>
    /// <exception cref="UserErrorException">Neither exists.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("MER_ROOT") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(Directory.GetCurrentDirectory()); folder is not null;
            folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MerNotebooks.sln"))) return folder.FullName;
        throw new UserErrorException($"No MerNotebooks.sln in {Directory.GetCurrentDirectory()} or above it; start " +
            "inside the checkout, or set MER_ROOT to the folder that data/ and results/ are below.");
    }
}
