namespace MerKernel.Data;

/// <summary>
/// A data set of the user's own: a sheet with columns of any name, frames in folders, and a file that describes both.
/// data/README.md shows one of ten clips.
/// </summary>
public static class OwnDataset
{
    /// <summary>The description's file name, in the set's folder.</summary>
    public const string FileName = "dataset.json";

    // The file's name of a field, and the reader's.
    private static readonly ImmutableDictionary<string, string> Fields = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["subject"] = "subject", ["clip"] = "filename", ["onset"] = "onset", ["apex"] = "apex", ["offset"] = "offset",
        ["actionUnits"] = "actionunits", ["emotion"] = "emotion", ["framesPerSecond"] = "fps",
    }.ToImmutableDictionary();

    private static readonly string[] Entries = [.. typeof(Description).GetProperties()
        .Where(p => p.Name != nameof(Description.Unknown)).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];

    private static readonly string[] Needed = ["subject", "clip", "onset", "offset", "emotion"];

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        // Of two lines for one emotion the last would count.
        AllowDuplicateProperties = false,
    };

    /// <summary>
    /// The folder that holds the description: a root itself, or the only one below it that has one; the root where
    /// there is none.
    /// </summary>
    /// <exception cref="UserErrorException">Several folders below the root have one.</exception>
    public static string FolderIn(string root)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (File.Exists(Path.Combine(root, FileName)) || !Directory.Exists(root)) return root;
        return Directory.EnumerateDirectories(root).Where(d => File.Exists(Path.Combine(d, FileName)))
            .Order(StringComparer.Ordinal).ToList() switch
        {
            [] => root,
            [var one] => one,
            var several => throw new UserErrorException($"{root} holds several data sets with a {FileName}: " +
                $"{string.Join(", ", several.Select(Path.GetFileName))}; name one of these folders with --data."),
        };
    }

    /// <summary>Whether a root, or a folder in it, holds a description; there may be several.</summary>
    public static bool IsIn(string root) => Directory.Exists(root)
        && Directory.EnumerateDirectories(root).Prepend(root).Any(d => File.Exists(Path.Combine(d, FileName)));

    /// <summary>Reads the description of the set in a root.</summary>
    /// <exception cref="UserErrorException">
    /// There is none, or something in it is missing or wrong; the message says what.
    /// </exception>
    public static DatasetDescription Read(string root)
    {
        var path = Path.Combine(FolderIn(root), FileName);
        if (!File.Exists(path))
            throw new UserErrorException($"{root} has no {FileName}, which describes a data set of your own; " +
                "data/README.md has one to begin with.");
        FileState.DemandFile(path);
        try
        {
            return Describe(path, JsonSerializer.Deserialize<Description>(File.ReadAllText(path), Format)
                ?? throw new JsonException("it is empty"));
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} cannot be " +
                $"read{(e.LineNumber is { } before ? $", line {before + 1}" : "")}: {Fault(e)}; data/README.md has a " +
                "description to begin with.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read ({e.Message.TrimEnd('.')}); allow reading it.", e);
        }
    }

    // The reader names its types where a value is of another kind, and counts lines from 0 after its message.
    private static string Fault(JsonException e)
    {
        if (e.Message.StartsWith("Duplicate propert", StringComparison.Ordinal))
            return $"it has '{(e.Message.Split('\'') is [_, var named, ..] ? named : e.Path?.TrimStart('$', '.'))}' " +
                "twice";
        if (e.InnerException is not JsonException && e.Path is { } at)
            return $"{(at.TrimStart('$', '.') is { Length: > 0 } entry ? $"'{entry}'" : "the file")} is of another " +
                "kind than the description of a data set has there";
        var sentence = e.Message.AsSpan();
        foreach (var end in (string[])[" Path: ", " LineNumber: "])
            if (sentence.IndexOf(end, StringComparison.Ordinal) is > 0 and var length) sentence = sentence[..length];
        return sentence.TrimEnd('.').ToString();
    }

    /// <summary>The message for a sheet without the columns that the description names.</summary>
    internal static UserErrorException LacksColumns(DatasetDescription set, string path, SheetRow header)
    {
        var lacking = set.Columns.Where(c => !header.Cells.Contains(c.Value, StringComparer.OrdinalIgnoreCase))
            .OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"'{c.Value}' as the {Fields.First(f => f.Value == c.Key).Key}");
        return new($"{path}, row {header.Number}: {FileName} names under 'columns' {string.Join(" and ", lacking)}, " +
            $"which the sheet has not; its columns are {string.Join(", ", header.Cells.Where(c => c.Length > 0))}. " +
            $"Correct {FileName} or the header.");
    }

    /// <summary>Emotions of the description that no row has, a message each.</summary>
    /// <exception cref="UserErrorException">
    /// One of them is nearly an emotion of the sheet that has no class: a slip.
    /// </exception>
    internal static IEnumerable<string> UnusedEmotions(DatasetDescription set, string path,
        ImmutableArray<string> emotions)
    {
        foreach (var (entry, classes) in set.Three == ClassSet.MegcThree
            ? [("classes", set.Classes)]
            : new[] { ("classes", set.Classes), ("three", set.Three) })
            if (classes.ClassOf.Keys.Except(emotions)
                .Select(e => (Emotion: e, Meant: Spelling.Nearest(e, emotions.Where(s => classes.LabelOf(s) is null))))
                .FirstOrDefault(e => e.Meant is not null) is { Emotion: { } slip, Meant: { } meant })
                throw new UserErrorException($"{Path.Combine(Path.GetDirectoryName(path)!, FileName)}: the emotion " +
                    $"'{slip}' under '{entry}' occurs in no row of {Path.GetFileName(path)}; did you mean '{meant}'?");
        return set.Classes.ClassOf.Keys.Except(emotions).Select(e => $"{FileName}'s emotion '{e}' occurs in no row");
    }

    private static DatasetDescription Describe(string path, Description file)
    {
        UserErrorException Wrong(string what) => new($"{path} {what}; data/README.md has a description to begin with.");
        // A misspelt name would be a description that nobody follows.
        if (file.Unknown.Keys.FirstOrDefault() is { } field)
            throw Wrong($"has a field '{field}', which is not known" +
                $"{(Spelling.Nearest(field, Entries) is { } near ? $"; did you mean '{near}'? Known" : "; known")} " +
                $"are {string.Join(", ", Entries)}");
        var (columns, classes, three) = (file.Columns ?? [], file.Classes ?? [], file.Three ?? []);
        if (string.IsNullOrWhiteSpace(file.Name)) throw Wrong("gives the data set no 'name'");
        if (string.IsNullOrWhiteSpace(file.Sheet) || Path.GetFileName(file.Sheet) != file.Sheet
            || file.Sheet.Contains('\0'))
            throw Wrong("does not name the 'sheet' next to it, such as clips.csv");
        if (columns.Keys.FirstOrDefault(c => !Fields.ContainsKey(c)) is { } unknown)
            throw Wrong($"has a column for '{unknown}', which is not " +
                $"known{(Spelling.Nearest(unknown, Fields.Keys) is { } meant
                    ? $"; did you mean '{meant}'? Known"
                    : "; known")} " +
                $"are {string.Join(", ", Fields.Keys.Order(StringComparer.Ordinal))}");
        if (Needed.FirstOrDefault(c => !columns.ContainsKey(c)) is { } lacking)
            throw Wrong($"does not say under 'columns' which column is the '{lacking}'");
        if (columns.FirstOrDefault(c => string.IsNullOrWhiteSpace(c.Value)) is { Key: { } empty })
            throw Wrong($"gives '{empty}' no column; name one, or leave it out");
        if (new[] { classes, three }.SelectMany(c => c.Keys.GroupBy(PlainText.Of, StringComparer.OrdinalIgnoreCase))
            .FirstOrDefault(g => g.Count() > 1) is { } emotion)
            throw Wrong($"has an emotion in two spellings ({string.Join(", ", emotion)}); give it one");
        if (columns.GroupBy(c => c.Value, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Wrong(
                $"gives the column '{twice.Key}' two meanings ({string.Join(" and ", twice.Select(c => c.Key))})");
        if (classes.Values.Distinct(StringComparer.Ordinal).Count() < 2)
            throw Wrong("needs at least two classes under 'classes', each emotion of the sheet with its class");
        if (classes.FirstOrDefault(c => string.IsNullOrWhiteSpace(c.Value)) is { Key: { } nameless })
            throw Wrong($"gives the emotion '{nameless}' a class without a name");
        if (file.FramesPerSecond is <= 0) throw Wrong($"has {file.FramesPerSecond} frames per second");
        if (three.FirstOrDefault(c => !ClassSet.MegcThree.Classes.Contains(c.Value)) is { Key: { } astray } other)
            throw Wrong($"puts the emotion '{astray}' into '{other.Value}' under 'three'; use " +
                string.Join(", ", ClassSet.MegcThree.Classes));
        var frames = FramePath.Of(file.Frames ?? FramePath.SubjectClip.ToString());
        if (!frames.NamesSubject)
            throw Wrong($"has a path of frames '{frames}' without {{subject}}, so that two people's clips of one " +
                "name would be one; put a folder per subject into it, such as {subject}/" + frames);
        return new()
        {
            Id = DatasetId.Own,
            Title = file.Name.Trim(),
            Key = DatasetId.Own.Key(),
            Folder = "",
            Folders = DatasetDescription.Whole(".*"),
            Sheets = [file.Sheet],
            Columns = columns.ToImmutableDictionary(c => Fields[c.Key], c => PlainText.Of(c.Value)),
            Optional = [.. new[] { "apex", "actionUnits" }.Where(c => !columns.ContainsKey(c)).Select(c => Fields[c])],
            HasActionUnits = columns.ContainsKey("actionUnits"),
            Subjects = null,
            // As a folder has it or a cell: both are compared.
            NameOf = PlainText.Name,
            Clips = DatasetDescription.Whole(".*"),
            Frames = [frames],
            FrameExample = $"{frames}/46.jpg",
            FrameRate = file.FramesPerSecond,
            Classes = Set("own", [.. classes.Values.Distinct(StringComparer.Ordinal)], classes),
            Three = three.Count == 0 ? ClassSet.MegcThree : Set("megc3", ClassSet.MegcThree.Classes, three),
            Assumptions = columns.ContainsKey("apex")
                ? []
                : ["no column is the apex: the middle of onset and offset is used"],
        };
    }

    private static ClassSet Set(string name, ImmutableArray<string> classes, Dictionary<string, string> classOf) =>
        new(name, classes,
            classOf.ToImmutableSortedDictionary(c => PlainText.Of(c.Key).ToLowerInvariant(), c => c.Value,
                StringComparer.Ordinal));

    /// <summary>The file's contents.</summary>
    private sealed record Description
    {
        /// <summary>The set's name, as tables show it.</summary>
        public string? Name { get; init; }

        /// <summary>File name of the sheet in the same folder.</summary>
        public string? Sheet { get; init; }

        /// <summary>Field to the heading of its column.</summary>
        public Dictionary<string, string>? Columns { get; init; }

        /// <summary>
        /// Path of a clip's frames, as <see cref="FramePath.Of"/> reads it; {subject}/{clip} where it says nothing.
        /// </summary>
        public string? Frames { get; init; }

        /// <summary>Frame rate.</summary>
        public double? FramesPerSecond { get; init; }

        /// <summary>Emotion of the sheet to class, in the order of the labels.</summary>
        public Dictionary<string, string>? Classes { get; init; }

        /// <summary>
        /// Emotion to one of the three classes of the Grand Challenge; where it says nothing, by the emotions' English
        /// names.
        /// </summary>
        public Dictionary<string, string>? Three { get; init; }

        /// <summary>Fields that no description has.</summary>
        [JsonExtensionData]
        public Dictionary<string, JsonElement> Unknown { get; init; } = [];
    }
}
