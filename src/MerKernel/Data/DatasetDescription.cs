namespace MerKernel.Data;

/// <summary>
/// The description of a data set: its names, the columns of its sheet, its classes, how subjects and clips are called,
/// where frames lie and how fast they were taken. One file in Data/Sets each; readers ask here and know no set by name.
/// </summary>
public sealed record DatasetDescription
{
    /// <summary>Number of a subject in a cell or folder: '1', 'sub01', 's1'.</summary>
    public const string NumberedSubject = @"(?:sub(?:ject)?|s)?\s*0*([0-9]{1,3})";

    /// <summary>The data set.</summary>
    public required DatasetId Id { get; init; }

    /// <summary>The name as papers write it: 'CASME II'.</summary>
    public required string Title { get; init; }

    /// <summary>The name on the command line: 'casme2'.</summary>
    public required string Key { get; init; }

    /// <summary>The usual name of its folder: 'CASME2'.</summary>
    public required string Folder { get; init; }

    /// <summary>Which folders' names are the set's, as a regular expression.</summary>
    public required Regex Folders { get; init; }

    /// <summary>Names under which sheets were published, without their ending, the newest first.</summary>
    public ImmutableArray<string> Sheets { get; init; } = [];

    /// <summary>
    /// The table of a workbook that counts, by the beginning of its name, the best first; where none is there, the one
    /// with most clips.
    /// </summary>
    public ImmutableArray<string> Worksheets { get; init; } = [];

    /// <summary>
    /// Rows with such a cell are passed over and counted: macro-expressions in a sheet that has both; null reads every
    /// row.
    /// </summary>
    public Regex? PassesOver { get; init; }

    /// <summary>
    /// Headings by field (subject, filename, onset, ...) of the user's own sheet and of one that is like no other;
    /// empty for the spellings that published sheets have.
    /// </summary>
    public ImmutableDictionary<string, string> Columns { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Fields that the sheet may lack: 'apex', which the middle of the clip replaces, and 'actionunits'.
    /// </summary>
    public ImmutableArray<string> Optional { get; init; } = [];

    /// <summary>
    /// Whether coders gave action units; rows of a table that need them are left out for a set without.
    /// </summary>
    public bool HasActionUnits { get; init; } = true;

    /// <summary>How a subject is written, with its number as the first group; null takes any text as it is.</summary>
    public Regex? Subjects { get; init; } = Whole(NumberedSubject);

    /// <summary>Format of the subject's number: 'D2' pads to two digits.</summary>
    public string SubjectFormat { get; init; } = "D2";

    /// <summary>The subject's number in a clip's name, as the first group; null where names do not carry it.</summary>
    public Regex? SubjectInName { get; init; }

    /// <summary>How folders of clips are called; <see cref="FrameLayout"/> knows the frames' folder by them.</summary>
    public required Regex Clips { get; init; }

    /// <summary>The clip's name, from the text in the sheet's column: its lost zeros or padding mended.</summary>
    public Func<string, string> NameOf { get; init; } = name => name;

    /// <summary>
    /// True where a folder of frames holds several clips: a clip is then known by the folder's name and its onset,
    /// 'a_355'.
    /// </summary>
    public bool SharesFolders { get; init; }

    /// <summary>Where a clip's frames lie below their root, the likeliest first.</summary>
    public ImmutableArray<FramePath> Frames { get; init; } = [FramePath.SubjectClip];

    /// <summary>
    /// Whether a folder of frames is this set's, by its path below the data folder, where one set comes from several
    /// cameras.
    /// </summary>
    public Func<string, bool> TakesFrames { get; init; } = _ => true;

    /// <summary>A frame's path, for messages.</summary>
    public required string FrameExample { get; init; }

    /// <summary>Frames per second; null where it differs by clip and the sheet says it, or is not known.</summary>
    public double? FrameRate { get; init; }

    /// <summary>The classes that are scored unless others are asked for.</summary>
    public required ClassSet Classes { get; init; }

    /// <summary>Every emotion that the sheet names; unless it is said, those of <see cref="Classes"/>.</summary>
    public ClassSet AllEmotions { get => field ?? Classes with { Name = "all" }; init; }

    /// <summary>The three classes of the Micro-Expression Grand Challenge 2019.</summary>
    public ClassSet Three { get; init; } = ClassSet.MegcThree;

    /// <summary>
    /// The emotion that a clip's name tells where the sheet has none; null where names do not tell it.
    /// </summary>
    public Func<string, string?>? EmotionInName { get; init; }

    /// <summary>The known defects of the published sheets.</summary>
    public ImmutableArray<Erratum> Errata { get; init; } = [];

    /// <summary>The published counts of a sheet's edition; null where none are published.</summary>
    public Func<CodingSheetContents, PublishedCounts>? Published { get; init; }

    /// <summary>The edition of a sheet, of its clips and whether it has a column of objective classes.</summary>
    public Func<IEnumerable<Clip>, bool, string> Edition { get; init; } = (_, _) => CodingSheetContents.UnknownEdition;

    /// <summary>
    /// Decisions on points that the set's sources leave open, a message each; <c>mer data check</c> prints them.
    /// </summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];

    /// <summary>Every published set that is read, in the order of <see cref="DatasetId"/>.</summary>
    public static ImmutableArray<DatasetDescription> All { get; } =
        [Sets.CasmeII.Description, Sets.Samm.Description, Sets.Smic.HighSpeed, Sets.Smic.Visible,
            Sets.Smic.NearInfrared, Sets.Mmew.Description, Sets.Casme3.Description, Sets.Casme3C.Description,
            Sets.Dfme.Description];

    /// <summary>The description of a published set.</summary>
    /// <exception cref="UserErrorException">
    /// The set is the user's own, whose description is in its folder, or made of several.
    /// </exception>
    public static DatasetDescription Of(DatasetId id) => TryOf(id)
        ?? throw new UserErrorException(id == DatasetId.Own
            ? $"A set of your own is described by {OwnDataset.FileName} in its folder; name the folder with --data."
            : id is DatasetId.Composite or DatasetId.CrossDataset
            ? $"'{id.Key()}' is made of several data sets and has no files of its own; name one of them."
            : $"There is no data set of number {(int)id}; the data sets are {DatasetNames.Keys}.");

    /// <summary>The description of a published set, or null.</summary>
    public static DatasetDescription? TryOf(DatasetId id) => All.FirstOrDefault(d => d.Id == id);

    /// <summary>The description of a set whose files lie below a folder.</summary>
    /// <exception cref="UserErrorException">
    /// The set is the user's own and its description is missing or cannot be read.
    /// </exception>
    public static DatasetDescription In(string root, DatasetId id) =>
        id == DatasetId.Own ? OwnDataset.Read(root) : Of(id);

    /// <summary>The subject that a text names, as this set writes it; null where it names none.</summary>
    public string? SubjectOf(string text)
    {
        if (Subjects is null)
            return PlainText.Name(text) is { Length: > 0 } name && !name.Contains('/') ? name : null;
        return Subjects.Match(PlainText.Of(text)) is { Success: true } match ? Numbered(match.Groups[1].Value) : null;
    }

    /// <summary>The subject that a clip's name carries; null where it carries none.</summary>
    public string? SubjectNamedIn(string clip) =>
        SubjectInName?.Match(clip) is { Success: true } match ? Numbered(match.Groups[1].Value) : null;

    private string Numbered(string digits) =>
        int.Parse(digits, CultureInfo.InvariantCulture).ToString(SubjectFormat, CultureInfo.InvariantCulture);

    /// <summary>A pattern that must match a whole text, in any case.</summary>
    internal static Regex Whole(string pattern) =>
        new($"^(?:{pattern})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A pattern that a text begins with, in any case.</summary>
    internal static Regex Beginning(string pattern) =>
        new($"^(?:{pattern})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
