namespace MerKernel.Cli;

/// <summary>Files that a command writes where its user says, but never over a data set's sheet or frame.</summary>
static class OutputFile
{
    /// <summary>The full path of a file to write; asked for before anything is computed.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The path as it was given.</param>
    /// <param name="endings">The endings that such a file may have, the usual one first.</param>
    /// <exception cref="UserErrorException">It has another ending: it may be a sheet of the data.</exception>
    public static string Of(string option, string path, params IEnumerable<string> endings)
    {
        var full = Path.GetFullPath(path);
        return endings.Contains(Path.GetExtension(full), StringComparer.OrdinalIgnoreCase) ? full
            : throw new UserErrorException($"{option} {full} is no {endings.First()} file; name one.");
    }

    /// <summary>Refuses to write a picture over a frame.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The picture.</param>
    /// <param name="source">The data set that is drawn.</param>
    /// <exception cref="UserErrorException">There is a frame of the data set.</exception>
    public static void DemandNoFrame(string option, string path, DatasetSource source)
    {
        string[] folders = [source.Root, .. source.FramesFolder is { } frames ? [frames] : Array.Empty<string>()];
        if (File.Exists(path) && FrameFolder.IsFrame(path)
            && folders.Any(f => !Path.GetRelativePath(Path.GetFullPath(f), path).StartsWith("..",
                StringComparison.Ordinal)))
            throw new UserErrorException($"{option} {path} is a frame of the data set; name another file.");
    }
}
