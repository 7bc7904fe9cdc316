using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MerKernel.Reliability.Tests.Crash;

/// <summary>The files below a folder, as what two runs must agree in.</summary>
static partial class Tree
{
    /// <summary>
    /// Path and SHA-256 of every file. Of the metadata and cached values, which hold times, only the path; of the
    /// stored tables all but how long systems trained; of the index, whose names come from places and times, the number
    /// of files.
    /// </summary>
    public static string[] Of(string root)
    {
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(f => (Path: f, Name: Path.GetRelativePath(root, f))).ToList();
        var index = files.RemoveAll(f => f.Name.Contains("cache/index/", StringComparison.Ordinal));
        return
        [
            $"{index} files of the index",
            .. files.Select(f =>
                f.Name.Contains("/facts-", StringComparison.Ordinal) || Path.GetFileName(f.Name) == "derived.tsv"
                    ? f.Name
                    : $"{f.Name} {Hash(f.Path)}")
                .Order(StringComparer.Ordinal),
            // Folders too: an unfinished one would be a stray.
            .. Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories)
                .Select(d => Path.GetRelativePath(root, d) + "/").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Names of everything below a folder in which a process is at work.</summary>
    public static string[] Names(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    static string Hash(string path)
    {
        if (Path.GetFileName(path) is "tables.md" or "tables.json")
            return Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes(TrainingTime().Replace(File.ReadAllText(path), "$1"))));
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>The last cell of a system's row in Markdown, and its number in JSON.</summary>
    [GeneratedRegex("""(\| )[0-9.]+ (?:s|h) \|$|("trainingSeconds": )[0-9.E+-]+""", RegexOptions.Multiline)]
    private static partial Regex TrainingTime();
}
