namespace MerKernel.Data;

/// <summary>
/// Finds a data set's coding sheet among the files of its folder: by the published name, else by their content.
/// </summary>
static class SheetFinder
{
    /// <summary>The sheet, in one of the data set's folders or one level below, else next to them.</summary>
    /// <param name="root">The folder that holds the data sets.</param>
    /// <param name="folders">The data set's own folders.</param>
    /// <param name="dataset">The data set.</param>
    /// <param name="notes">Receives the files passed over.</param>
    /// <exception cref="UserErrorException">
    /// There is none, or there are several and nothing tells which counts.
    /// </exception>
    public static string Find(string root, IReadOnlyList<string> folders, DatasetDescription dataset,
        List<string> notes)
    {
        var names = dataset.Sheets;
        // Another file next to it might be another version.
        if (dataset.Id == DatasetId.Own && !folders.SelectMany(f => Spreadsheets(f, 1)).Concat(Spreadsheets(root, 0))
            .Any(f => names.Contains(Path.GetFileName(f), StringComparer.OrdinalIgnoreCase)))
            throw new UserErrorException($"{Path.Combine(folders[0], OwnDataset.FileName)} names the sheet " +
                $"{names[0]}, which is not there: found {FrameLayout.Contents(folders[0])}. Write its name there, or " +
                "name it with --sheet.");
        var refusals = new List<string>();
        foreach (var files in folders.Select(f => Spreadsheets(f, 1)).Append(Spreadsheets(root, 0)))
        {
            if (files.Count == 0) continue;
            int Rank(string file) =>
                Math.Max(names.IndexOf(Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase),
                    names.IndexOf(Path.GetFileName(file), StringComparer.OrdinalIgnoreCase)) is >= 0 and var rank
                    ? rank
                    : int.MaxValue;
            var chosen = files.Where(f => Rank(f) < int.MaxValue).OrderBy(Rank)
                .ThenBy(f => f.Count(c => c == Path.DirectorySeparatorChar))
                .ThenByDescending(Path.GetExtension, StringComparer.Ordinal).FirstOrDefault()
                ?? ByContents(files, dataset, refusals);
            if (chosen is null) continue;
            if (files.Where(f => f != chosen).Select(Path.GetFileName).ToList() is { Count: > 0 } others)
                notes.Add($"{Path.GetFileName(chosen)} is the sheet; not read: " +
                    $"{string.Join(", ", others.Take(6))}{(others.Count > 6 ? $" and {others.Count - 6} more" : "")} "
                    + "(another choice: --sheet FILE)");
            return chosen;
        }
        throw new UserErrorException($"{folders[0]} holds no coding sheet of {dataset.Title}: found " +
            $"{FrameLayout.Contents(folders[0])}{string.Concat(refusals.Take(4).Select(r => $"; {r}"))}. "
            + $"Copy {names[0]}{(names[0].Contains('.') ? "" : ".xlsx")} there as the data set's authors ship it, or " +
            "name the sheet with --sheet.");
    }

    private static string? ByContents(IReadOnlyList<string> files, DatasetDescription dataset, List<string> refusals)
    {
        var sheets = new List<(string File, ImmutableArray<Clip> Clips)>();
        foreach (var file in files)
            try
            {
                var sheet = CodingSheet.Read(file, asked: dataset);
                if (sheet.Dataset == dataset.Id) sheets.Add((file, sheet.Clips));
            }
            catch (UserErrorException e)
            {
                // The messages begin with the file.
                refusals.Add(e.Message.Replace(file, Path.GetFileName(file), StringComparison.Ordinal)
                    .Split(';')[0].TrimEnd('.'));
            }
        if (sheets.Count == 0) return null;
        static IEnumerable<string> Lines(ImmutableArray<Clip> clips) => clips.Select(ClipJson.Line);
        return sheets.Skip(1).All(s => Lines(s.Clips).SequenceEqual(Lines(sheets[0].Clips))) ? sheets[0].File
            : throw new UserErrorException($"Several files are coding sheets of {dataset.Title}, and they differ: " +
                $"{string.Join(", ", sheets.Select(s => $"{s.File} ({s.Clips.Length} clips)"))}; say which counts " +
                "with --sheet FILE.");
    }

    private static List<string> Spreadsheets(string folder, int depth)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = depth > 0, MaxRecursionDepth = depth, IgnoreInaccessible = true
        };
        return [.. Directory.EnumerateFiles(folder, "*", options)
            .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".xlsx" or ".xls" or ".csv"
                && !Path.GetFileName(f).StartsWith('.') && !CodingSheet.IsLock(f)
                && !f.Contains("__MACOSX", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }
}
