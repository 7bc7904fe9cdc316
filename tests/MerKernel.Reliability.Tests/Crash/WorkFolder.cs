namespace MerKernel.Reliability.Tests.Crash;

/// <summary>A folder that takes the checkout's place and is gone afterwards.</summary>
sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mer-crash-").FullName;

    public static implicit operator string(WorkFolder folder) => folder.Path;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Copies another folder's contents here; files stay separate.</summary>
    public WorkFolder With(string source)
    {
        Copy(source, Path);
        return this;
    }

    /// <summary>Copies a folder's contents.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
