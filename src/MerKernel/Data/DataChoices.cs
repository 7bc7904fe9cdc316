namespace MerKernel.Data;

/// <summary>
/// The choices about a data set, each value as the command line writes it; null is not chosen. <c>mer data prepare</c>
/// keeps the choices in the data folder, and every command and notebook follows them until told otherwise.
/// </summary>
public sealed record DataChoices
{
    /// <summary>The file in the data folder.</summary>
    public const string FileName = "mer-data.json";

    private const int CurrentSchema = 1;

    /// <summary>The coding sheet; relative to the data folder where it lies below it.</summary>
    public string? Sheet { get; init; }

    /// <summary>cropped, raw, or the folder of the frames.</summary>
    public string? Frames { get; init; }

    /// <summary>How faces are brought into place: auto, landmarks or none.</summary>
    public string? Alignment { get; init; }

    /// <summary>A clip without a face: fail, centre-crop or drop.</summary>
    public string? NoFace { get; init; }

    /// <summary>A clip without a readable onset or apex, or whose row cannot be read: fail or drop.</summary>
    public string? Unusable { get; init; }

    /// <summary>The classes that are scored: five (the paper's sets) or own, megc3 or all.</summary>
    public string? Classes { get; init; }

    /// <summary>all, or paper for the clips that the paper seems to score.</summary>
    public string? Clips { get; init; }

    /// <summary>Clips that are left out.</summary>
    public ImmutableArray<string>? Exclude { get; init; }

    /// <summary>Known errata that are not repaired.</summary>
    public ImmutableArray<string>? WithoutErratum { get; init; }

    /// <summary>
    /// Frame numbers that replace those of the sheet, as <see cref="Data.Reading.Parse"/> reads them.
    /// </summary>
    public ImmutableArray<string>? Reading { get; init; }

    /// <summary>
    /// Clips that the paper's CASME II figures leave out, and those assumed for SAMM: the subjects with one clip in the
    /// published sheet, by subject, since the names of their clips are the sheet's to tell. An entry that ends in
    /// a slash is a subject.
    /// </summary>
    public static ImmutableArray<string> LeftOutByPaper(DatasetId dataset) => dataset switch
    {
        DatasetId.CasmeII => ["07/EP06_01"],
        DatasetId.Samm => ["012/", "023/", "031/"],
        _ => [],
    };

    /// <summary>These choices, and where they say nothing those of another.</summary>
    public DataChoices Over(DataChoices below) => new()
    {
        Sheet = Sheet ?? below.Sheet, Frames = Frames ?? below.Frames, Alignment = Alignment ?? below.Alignment,
        NoFace = NoFace ?? below.NoFace, Unusable = Unusable ?? below.Unusable,
        Classes = Classes ?? below.Classes, Clips = Clips ?? below.Clips, Exclude = Exclude ?? below.Exclude,
        WithoutErratum = WithoutErratum ?? below.WithoutErratum, Reading = Reading ?? below.Reading,
    };

    /// <summary>Where the data set lies, by these choices.</summary>
    public DatasetSource Source(string root, DatasetId dataset)
    {
        var kind = Frames is null ? FrameKind.Any : ValueOf<FrameKind>(Frames);
        return new(root, dataset)
        {
            Sheet = Sheet is null or "auto" ? null : Path.GetFullPath(Sheet, Path.GetFullPath(root)),
            Frames = kind ?? FrameKind.Any,
            FramesFolder = Frames is not null && kind is null ? Path.GetFullPath(Frames, Path.GetFullPath(root)) : null,
        };
    }

    /// <summary>How its clips are prepared, by these choices.</summary>
    /// <param name="set">The data set.</param>
    /// <param name="start">Size, cache and all else that is not chosen here.</param>
    /// <exception cref="UserErrorException">A value is not known.</exception>
    public PreparationOptions Preparation(DatasetDescription set, PreparationOptions start) => start with
    {
        Alignment = Value("--alignment", Alignment, FaceAlignment.Auto),
        NoFace = Value("--no-face", NoFace, NoFacePolicy.Fail),
        Unusable = Value("--unusable", Unusable, UnusableClipPolicy.Fail),
        Classes = Classes switch
        {
            null or "own" => null,
            "five" when set.Classes.Name == "five" => null,
            "five" => throw new UserErrorException($"--classes five are those of the paper's sets; {set.Title} has " +
                $"its own ({string.Join(", ", set.Classes.Classes)}): use own, megc3 or all."),
            "megc3" => set.Three,
            "all" => set.AllEmotions,
            _ => throw new UserErrorException($"--classes {Classes} is not known; use five, own, megc3 or all."),
        },
        ExcludeWherePresent = Clips switch
        {
            null or "all" => [],
            "paper" => LeftOutByPaper(set.Id),
            _ => throw new UserErrorException($"--clips {Clips} is not known; use all or paper."),
        },
        Exclude = Listed(Exclude),
        Errata = Errata.Except(Listed(WithoutErratum)),
        Readings = OnePerClip([.. Listed(Reading).Select(Data.Reading.Parse).Distinct()]),
    };

    private static ImmutableArray<Reading> OnePerClip(ImmutableArray<Reading> readings) =>
        readings.GroupBy(r => r.Clip, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new UserErrorException($"--reading gives the clip {twice.Key} twice: " +
                $"{string.Join(" and ", twice)}; give one of them.")
            : readings;

    /// <summary>The choices as options, as the command line would write them; empty where nothing is chosen.</summary>
    public override string ToString()
    {
        IEnumerable<(string, string?)> values =
        [
            ("--sheet", Quoted(Sheet)), ("--frames", Quoted(Frames)), ("--alignment", Alignment), ("--no-face", NoFace),
            ("--unusable", Unusable), ("--classes", Classes), ("--clips", Clips),
            ("--exclude", Joined(Exclude)), ("--without-erratum", Joined(WithoutErratum)),
            ("--reading", Joined(Reading)),
        ];
        return string.Join(' ', values.Where(v => v.Item2 is not null).Select(v => $"{v.Item1} {v.Item2}"));

        static string? Quoted(string? path) => path is null ? null : Shell.Word(path);

        static string? Joined(ImmutableArray<string>? list) => list is { } some ? string.Join(' ', some) : null;
    }

    /// <summary>The choices kept in a data folder; none where there is no file.</summary>
    /// <exception cref="UserErrorException">The file is damaged.</exception>
    public static DataChoices Kept(string root, DatasetId dataset) =>
        File.Exists(PathIn(root)) ? Read(root).For(dataset) ?? new() : new();

    /// <summary>
    /// Keeps the choices in the data folder; defaults are left out, and a file without any is not written.
    /// </summary>
    /// <exception cref="UserErrorException">The folder cannot be written to.</exception>
    public void Keep(string root, DatasetId dataset) => Keep(root, dataset, _ => this);

    /// <summary>
    /// Keeps the choices, and those that are kept already where these say nothing: another command may have kept some
    /// meanwhile.
    /// </summary>
    /// <exception cref="UserErrorException">The folder cannot be written to.</exception>
    internal void Add(string root, DatasetId dataset) => Keep(root, dataset, Over);

    private static void Keep(string root, DatasetId dataset, Func<DataChoices, DataChoices> choose)
    {
        using var _ = new FolderLock(root);
        var file = File.Exists(PathIn(root)) ? Read(root) : new KeptFile();
        var kept = choose(file.For(dataset) ?? new()).WithoutDefaults(root);
        if (!File.Exists(PathIn(root)) && kept.ToString().Length == 0) return;
        AtomicFile.Write(PathIn(root), JsonSerializer.Serialize(file.With(dataset, kept), Format) + "\n");
    }

    /// <summary>Path of the file.</summary>
    public static string PathIn(string root) => Path.Combine(root, FileName);

    private DataChoices WithoutDefaults(string root)
    {
        static string? Unless(string? value, string usual) => value == usual ? null : value;
        static ImmutableArray<string>? UnlessNone(ImmutableArray<string>? list) =>
            Listed(list) is { IsEmpty: false } some ? some : null;
        return new()
        {
            Sheet = Unless(Sheet, "auto") is { } sheet ? Below(root, sheet) : null,
            Frames = Unless(Frames, "any") is { } frames
                ? ValueOf<FrameKind>(frames) is null ? Below(root, frames) : frames : null,
            Alignment = Unless(Alignment, "auto"), NoFace = Unless(NoFace, "fail"), Unusable = Unless(Unusable, "fail"),
            Classes = Unless(Unless(Classes, "five"), "own"), Clips = Unless(Clips, "all"),
            Exclude = UnlessNone(Exclude), WithoutErratum = UnlessNone(WithoutErratum), Reading = UnlessNone(Reading),
        };
    }

    // A data folder may be moved with all that is in it.
    private static string Below(string root, string path)
    {
        root = Path.GetFullPath(root);
        path = Path.GetFullPath(path, root);
        var relative = Path.GetRelativePath(root, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path
            // A folder that is called as a kind of frames is not that kind.
            : ValueOf<FrameKind>(relative) is null ? relative : Path.Combine(".", relative);
    }

    // 'none' takes a list back.
    private static ImmutableArray<string> Listed(ImmutableArray<string>? list) =>
        list is { } some && !some.SequenceEqual(["none"]) ? some : [];

    // 'centre-crop' and CentreCrop are the same choice; a number is none.
    private static T? ValueOf<T>(string text) where T : struct, Enum =>
        Enum.TryParse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value)
            && Enum.IsDefined(value) && !text.Any(char.IsDigit) ? value : null;

    private static T Value<T>(string option, string? text, T usual) where T : struct, Enum =>
        text is null ? usual : ValueOf<T>(text)
            ?? throw new UserErrorException($"{option} {text} is not known; use " +
                $"{string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.");

    private static KeptFile Read(string root)
    {
        var path = PathIn(root);
        FileState.DemandFile(path);
        try
        {
            return JsonSerializer.Deserialize<KeptFile>(File.ReadAllText(path), Format)
                is not { Schema: CurrentSchema } kept ? throw new JsonException($"its schema is not {CurrentSchema}")
                : !kept.Paths.Any(p => p?.Contains('\0') == true) ? kept
                : throw new JsonException("a path holds a NUL character");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}, which keeps the choices of mer data prepare, cannot be read " +
                $"({e.Message.TrimEnd('.')}); mend or delete it.", e);
        }
    }

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // A choice that is misspelt, or written twice, would be one that nobody follows.
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private sealed record KeptFile
    {
        public int Schema { get; init; } = CurrentSchema;

        public DataChoices? Casme2 { get; init; }

        public DataChoices? Samm { get; init; }

        /// <summary>Those of other sets, by their names.</summary>
        public ImmutableSortedDictionary<string, DataChoices>? Others { get; init; }

        [JsonIgnore]
        public IEnumerable<string?> Paths => new[] { Casme2, Samm }.Concat(Others?.Values ?? [])
            .SelectMany(c => new[] { c?.Sheet, c?.Frames });

        public DataChoices? For(DatasetId dataset) => dataset switch
        {
            DatasetId.CasmeII => Casme2,
            DatasetId.Samm => Samm,
            _ => Others?.GetValueOrDefault(dataset.Key()),
        };

        public KeptFile With(DatasetId dataset, DataChoices kept) => dataset switch
        {
            DatasetId.CasmeII => this with { Casme2 = kept },
            DatasetId.Samm => this with { Samm = kept },
            _ => this with
            {
                Others = (Others ?? ImmutableSortedDictionary<string, DataChoices>.Empty).SetItem(dataset.Key(), kept)
            },
        };
    }
}
