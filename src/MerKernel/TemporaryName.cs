using System.Globalization;

namespace MerKernel;

/// <summary>Names of unfinished files and folders. They say who writes them, so that leftovers of killed processes can be told from files being written.</summary>
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
            [var machine, var process, var start, { Length: 32 }] when machine == s_machine => StartOf(process) != start,
            // The version before named only the process.
            [var process, { Length: 32 }] when int.TryParse(process, CultureInfo.InvariantCulture, out _) => StartOf(process) is null,
            [_, _, _, { Length: 32 }] => DateTime.UtcNow - entry.LastWriteTimeUtc > ForeignAge,
            _ => false,
        };

    /// <summary>A process's start in ticks since the machine's; null where there is no such process.</summary>
    static string? StartOf(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
