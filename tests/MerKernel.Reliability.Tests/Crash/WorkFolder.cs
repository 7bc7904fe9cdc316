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
        foreach (var folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(this[System.IO.Path.GetRelativePath(source, folder)]);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)) File.Copy(file, this[System.IO.Path.GetRelativePath(source, file)]);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
