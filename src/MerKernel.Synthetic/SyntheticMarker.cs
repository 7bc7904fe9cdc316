using System.Text.Json.Nodes;

namespace MerKernel.Synthetic;

/// <summary>
/// The two small files that name a synthetic set: one from the first moment on, so that nothing half-written passes for
/// real; one at the end.
/// </summary>
sealed class SyntheticMarker(DatasetId dataset, SyntheticOptions options)
{
    /// <summary>
    /// Raised whenever the same options would give other files, of the paper's two sets and of others.
    /// </summary>
    static int Version(DatasetId dataset) => DatasetNames.Paper.Contains(dataset) ? 3 : 4;

    const string FinishedName = ".finished";

    readonly string _text = Text(new JsonObject
    {
        ["synthetic"] = true,
        ["dataset"] = dataset.ToString(),
        ["seed"] = options.Seed,
        ["size"] = options.Size.ToString().ToLowerInvariant(),
        ["raw"] = options.RawFrames,
        ["version"] = Version(dataset),
    }, options.Subjects);

    static string Text(JsonObject text, int? subjects)
    {
        if (subjects is { } some) text["subjects"] = some;
        return text.ToJsonString();
    }

    /// <summary>Marks the folder as this set's own; true if it is finished already.</summary>
    public bool Claim(string folder)
    {
        var marker = Path.Combine(folder, FrameLayout.SyntheticMark);
        if (!File.Exists(marker))
        {
            // Looked at again afterwards: another process may be claiming the folder for the same set.
            if (HoldsOtherThings(folder) && !File.Exists(marker))
                throw new UserErrorException($"{folder} is not empty and holds no synthetic data set, perhaps it " +
                    "holds real data: choose another folder.");
            AtomicFile.Write(marker, _text);
        }
        else if (File.ReadAllText(marker) != _text)
            throw new UserErrorException($"{folder} holds a synthetic data set of other options or of an older " +
                $"version, or {FrameLayout.SyntheticMark} in it is damaged: delete the folder or choose another.");
        AtomicFile.Sweep(folder);
        return File.Exists(Path.Combine(folder, FinishedName));
    }

    /// <summary>Marks the folder as finished.</summary>
    public void Finish(string folder) => AtomicFile.Write(Path.Combine(folder, FinishedName), _text);

    /// <summary>The options of a finished synthetic set; null where the folder holds none of this version.</summary>
    public static SyntheticOptions? Read(DatasetId dataset, string folder)
    {
        var marker = Path.Combine(folder, FinishedName);
        if (!File.Exists(marker)) return null;
        var text = File.ReadAllText(marker);
        try
        {
            var (seed, subjects) = ((int?)JsonNode.Parse(text)?["seed"] ?? 0, (int?)JsonNode.Parse(text)?["subjects"]);
            return (from size in Enum.GetValues<SyntheticSize>()
                    from raw in new[] { false, true }
                    select new SyntheticOptions { Seed = seed, Size = size, RawFrames = raw, Subjects = subjects })
                .FirstOrDefault(o => new SyntheticMarker(dataset, o)._text == text);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static bool HoldsOtherThings(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder)
            .Any(entry => !entry.EndsWith(TemporaryName.Ending, StringComparison.Ordinal));
}
