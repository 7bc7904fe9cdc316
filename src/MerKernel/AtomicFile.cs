using System.Text;

namespace MerKernel;

/// <summary>Files that are whole or not there: written to a temporary name in the same folder, flushed to disk, renamed.</summary>
public static class AtomicFile
{
    const string Ending = ".tmp";

    /// <summary>Writes a text file.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to or the disk is full.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a file through a stream.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}{Ending}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw new UserErrorException($"{path} could not be written ({e.Message}); free space or make the folder writable and call again, what was finished is kept.", e);
        }
    }

    /// <summary>Deletes the temporary files that killed processes of this machine left in a folder and below it.</summary>
    public static void Sweep(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Ending, SearchOption.AllDirectories))
            if (!WriterLives(path)) TryDelete(path);
    }

    static bool WriterLives(string path)
    {
        var writer = Path.GetFileNameWithoutExtension(path).Split('.')[^1].Split('-')[0];
        return !int.TryParse(writer, out var id) || Directory.Exists($"/proc/{id}");
    }

    static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { /* What cannot be deleted now is swept later. */ }
    }
}
