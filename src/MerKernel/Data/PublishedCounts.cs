namespace MerKernel.Data;

/// <summary>Clips of the scored classes that the published sheets hold, to be shown next to those on disk.</summary>
/// <param name="Source">Which sheet the counts describe.</param>
/// <param name="Subjects">Clips of each subject; empty where they are not published.</param>
/// <param name="Classes">Clips of each class; empty where they are not published.</param>
public sealed record PublishedCounts(string Source, ImmutableSortedDictionary<string, int> Subjects,
    ImmutableSortedDictionary<string, int> Classes)
{
    private readonly int? people;

    /// <summary>All clips of the classes.</summary>
    public int Total => Subjects.IsEmpty ? Classes.Values.Sum() : Subjects.Values.Sum();

    /// <summary>How many subjects they are of.</summary>
    public int People { get => people ?? Subjects.Count; private init => people = value; }

    /// <summary>CASME II, sheet of 2014: 246 clips of 26 subjects.</summary>
    public static PublishedCounts CasmeII2014 { get; } = new(
        "CASME II, sheet of 2014",
        Numbered("D2", 9, 13, 7, 5, 19, 5, 9, 3, 13, 13, 10, 12, 8, 4, 3, 4, 34, 3, 15, 11, 2, 2, 12, 7, 7, 16),
        Named(("others", 99), ("disgust", 63), ("happiness", 32), ("repression", 27), ("surprise", 25)));

    /// <summary>
    /// CASME II, sheet of 2019: 249 clips; three of subject 24 joined the five classes. Which ones they joined is not
    /// published.
    /// </summary>
    public static PublishedCounts CasmeII2019 { get; } = new("CASME II, sheet of 2019",
        CasmeII2014.Subjects.SetItem("24", 10), Named());

    /// <summary>CASME II, where the sheet does not tell its edition.</summary>
    public static PublishedCounts CasmeIIEither { get; } = new(
        "CASME II, sheet of 2014; that of 2019 has 249, three more of subject 24. Which this is cannot be told",
        CasmeII2014.Subjects, Named());

    /// <summary>SAMM, version 2: 136 clips of 27 subjects.</summary>
    public static PublishedCounts Samm { get; } = new(
        "SAMM, version 2",
        Named(("006", 9), ("007", 9), ("009", 3), ("010", 4), ("011", 15), ("012", 1), ("013", 6), ("014", 10),
            ("015", 2), ("016", 5), ("017", 6), ("018", 2), ("019", 3), ("020", 9),
            ("021", 2), ("022", 5), ("023", 1), ("025", 4), ("026", 12), ("028", 3), ("030", 3), ("031", 1), ("032", 5),
            ("033", 4), ("034", 3), ("035", 6), ("037", 3)),
        Named(("anger", 57), ("happiness", 26), ("other", 26), ("surprise", 15), ("contempt", 12)));

    /// <summary>SMIC, high-speed camera: 164 clips of 16 people.</summary>
    public static PublishedCounts SmicHighSpeed { get; } = Counted("SMIC, HS", 16, ("negative", 70), ("positive", 51),
        ("surprise", 43));

    /// <summary>SMIC, a camera at 25 frames per second: 71 clips of 8 people.</summary>
    /// <param name="camera">VIS or NIR.</param>
    public static PublishedCounts SmicSlow(string camera) =>
        Counted($"SMIC, {camera}", 8, ("positive", 28), ("negative", 24), ("surprise", 19));

    /// <summary>MMEW: 300 clips of 30 people.</summary>
    public static PublishedCounts Mmew { get; } =
        Counted("MMEW", 30, ("surprise", 89), ("disgust", 72), ("others", 66), ("happiness", 36), ("fear", 16),
            ("sadness", 13), ("anger", 8));

    /// <summary>CAS(ME)^3, part A, version 2 of the sheet: 860 clips of 94 people.</summary>
    public static PublishedCounts Casme3 { get; } =
        Counted("CAS(ME)^3, part A, version 2", 94, ("disgust", 250), ("surprise", 187), ("others", 161), ("fear", 86),
            ("anger", 64), ("sad", 57), ("happy", 55));

    /// <summary>
    /// CAS(ME)^3, part A, version 1 of the sheet: 921 clips; how many people they are of is not published.
    /// </summary>
    public static PublishedCounts Casme3First { get; } =
        Counted("CAS(ME)^3, part A, version 1", 0, ("disgust", 275), ("surprise", 199), ("others", 166), ("fear", 91),
            ("anger", 67), ("sad", 63), ("happy", 60));

    /// <summary>CAS(ME)^3, part C: 165 clips of 30 people.</summary>
    public static PublishedCounts Casme3C { get; } = Counted("CAS(ME)^3, part C", 30, ("negative", 99),
        ("surprise", 30), ("others", 20), ("positive", 16));

    /// <summary>DFME: the part of it whose size a sheet has; classes are published only of the training part.</summary>
    /// <param name="clips">Clips of the sheet.</param>
    public static PublishedCounts Dfme(int clips) => clips switch
    {
        474 => Counted("DFME, test A", 42),
        299 => Counted("DFME, test B", 41),
        _ => Counted("DFME, training", 176, ("disgust", 548), ("surprise", 298), ("sadness", 278), ("fear", 265),
            ("happiness", 206), ("anger", 161), ("contempt", 100)),
    };

    /// <summary>The counts of the sheet's edition; null where none are published.</summary>
    public static PublishedCounts? Of(CodingSheetContents sheet) => sheet.Description.Published?.Invoke(sheet);

    private static PublishedCounts Counted(string source, int people, params (string Name, int Count)[] classes) =>
        new(source, Named(), Named(classes)) { People = people };

    private static ImmutableSortedDictionary<string, int> Numbered(string format, params int[] counts) =>
        Named(
        [
            .. counts.Select((n, i) => ((i + 1).ToString(format, System.Globalization.CultureInfo.InvariantCulture), n))
        ]);

    private static ImmutableSortedDictionary<string, int> Named(params (string Name, int Count)[] counts) =>
        counts.ToImmutableSortedDictionary(c => c.Name, c => c.Count, StringComparer.Ordinal);
}
