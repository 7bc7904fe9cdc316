namespace MerKernel;

/// <summary>
/// Files that are whole or not there: written to a temporary name in the same folder, flushed to disk, renamed.
/// </summary>
internal static partial class AtomicFile
{
    /// <summary>Writes a text file.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to or the disk is full.</exception>
    public static void Write(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a file through a stream.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        var (folder, temporary) = (Path.GetDirectoryName(path)!, TemporaryName.For(path));
        try
        {
            Directory.CreateDirectory(folder);
            DeleteLeftBehind(folder, Path.GetFileName(path) + ".*", SearchOption.TopDirectoryOnly);
            FaultPoint.Reach("create", path);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                FaultPoint.Reach("write", path, () => stream.SetLength(stream.Length / 2));
                FaultPoint.Reach("flush", path, stream.Flush);
                stream.Flush(flushToDisk: true);
            }
            FaultPoint.Reach("rename", path);
            File.Move(temporary, path, overwrite: true);
            FaultPoint.Reach("renamed", path);
            FlushFolder(folder);
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            if (e is IOException or UnauthorizedAccessException) throw Unwritable(path, e);
            throw;
        }
    }

    /// <summary>Finds out before a long computation that its file can be written.</summary>
    /// <exception cref="UserErrorException">It is a folder, or its folder cannot be written to.</exception>
    public static void Demand(string path)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path)) throw new UserErrorException($"{path} is a folder; name a file in it.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var probe = new FileStream(TemporaryName.For(path), FileMode.CreateNew, FileAccess.Write,
                FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>
    /// The message for a file that cannot be written; the system's remark without the temporary name it ends in.
    /// </summary>
    internal static UserErrorException Unwritable(string path, Exception error) =>
        InTheWay(path) is { } file
        ? new($"{file} is a file, and {path} would be below it; name a folder, or take the file away.", error)
        : new($"{path} could not be written ({error.Message.Split(" : '")[0].TrimEnd('.')}); free space or make the " +
            "folder writable and call again, finished work is kept.", error);

    /// <summary>A file where a path needs a folder; null where there is none.</summary>
    internal static string? InTheWay(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        while (folder is not null && !Path.Exists(folder)) folder = Path.GetDirectoryName(folder);
        return File.Exists(folder) ? folder : null;
    }

    /// <summary>Deletes unfinished files of killed processes in a folder and below it.</summary>
    public static void Sweep(string folder)
    {
        if (Directory.Exists(folder)) DeleteLeftBehind(folder, "*", SearchOption.AllDirectories);
    }

    static void DeleteLeftBehind(string folder, string pattern, SearchOption search)
    {
        var unfinished = new DirectoryInfo(folder)
            .EnumerateFileSystemInfos(pattern + TemporaryName.Ending, search).ToList();
        foreach (var entry in unfinished.Where(TemporaryName.IsLeftBehind)) TryDelete(entry.FullName);
    }

    static void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            /* What cannot be deleted now is swept later. */
        }
    }

    // A rename is on disk only when its folder is. Some file systems know no such thing; then it is as safe as they
    // make it.
    static void FlushFolder(string folder)
    {
        var handle = OpenFolder(folder, 0);
        if (handle < 0) return;
        _ = Synchronize(handle);
        _ = CloseFolder(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFolder(int handle);
}

/// <summary>
/// Names of unfinished files and folders. They say who writes them, so that leftovers of killed processes can be told
/// from files being written.
/// </summary>
static class TemporaryName
{
    public const string Ending = ".tmp";

    // Leftovers of another machine on a shared disk cannot be told from files it still writes, except by age.
    static readonly TimeSpan ForeignAge = TimeSpan.FromDays(7);

    static readonly string s_machine = string.Concat(Environment.MachineName.Where(char.IsAsciiLetterOrDigit));

    // Process ids are used again, in containers at once; with the start time they are not.
    static readonly string s_writer = $"{s_machine}-{Environment.ProcessId}-{StartOf("self")}";

    /// <summary>A fresh name next to <paramref name="path"/>.</summary>
    public static string For(string path) => $"{path}.{s_writer}-{Guid.NewGuid():N}{Ending}";

    /// <summary>Whether the writer of a temporary file or folder is gone.</summary>
    public static bool IsLeftBehind(FileSystemInfo entry) =>
        entry.Name[..^Ending.Length].Split('.')[^1].Split('-') switch
        {
            [var machine, var process, var start, { Length: 32 }] when machine == s_machine =>
                StartOf(process) != start,
            // The version before named only the process.
            [var process, { Length: 32 }] when int.TryParse(process, CultureInfo.InvariantCulture, out _) =>
                StartOf(process) is null,
            [_, _, _, { Length: 32 }] => DateTime.UtcNow - entry.LastWriteTimeUtc > ForeignAge,
            _ => false,
        };

    /// <summary>A process's start in ticks since the machine's; null where there is no such process.</summary>
    static string? StartOf(string process) => Readable.Or<string?>(null, () =>
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
    });
}

/// <summary>Moves a damaged file out of the way, so that it is made again and can still be looked at.</summary>
static class SetAside
{
    /// <summary>Renames a file to NAME.damaged and says so.</summary>
    /// <param name="path">The file.</param>
    /// <param name="why">Its fault.</param>
    /// <param name="cure">The next step, for example 'the fold is computed again'.</param>
    /// <param name="warn">Receives the message.</param>
    public static void Move(string path, string why, string cure, Action<string>? warn)
    {
        try
        {
            File.Move(path, path + ".damaged", overwrite: true);
            warn?.Invoke(
                $"{path} is damaged ({why}); it was quarantined as {Path.GetFileName(path)}.damaged and {cure}.");
        }
        catch (FileNotFoundException) { /* Another process has quarantined it. */ }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn?.Invoke($"{path} is damaged ({why}) and cannot be quarantined ({e.Message.TrimEnd('.')}); delete it " +
                "or make its folder writable.");
        }
    }
}
