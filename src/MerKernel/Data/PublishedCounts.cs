namespace MerKernel.Data;

/// <summary>Five-class clips that the published sheets hold, to be shown beside what is on disk.</summary>
/// <param name="Source">Which sheet the counts describe.</param>
/// <param name="Subjects">Clips of each subject.</param>
/// <param name="Classes">Clips of each class; empty where they are not published.</param>
public sealed record PublishedCounts(string Source, ImmutableSortedDictionary<string, int> Subjects, ImmutableSortedDictionary<string, int> Classes)
{
    /// <summary>All five-class clips.</summary>
    public int Total => Subjects.Values.Sum();

    /// <summary>CASME II, sheet of 2014: 246 clips of 26 subjects.</summary>
    public static PublishedCounts CasmeII2014 { get; } = new(
        "CASME II, sheet of 2014",
        Numbered("D2", 9, 13, 7, 5, 19, 5, 9, 3, 13, 13, 10, 12, 8, 4, 3, 4, 34, 3, 15, 11, 2, 2, 12, 7, 7, 16),
        Named(("others", 99), ("disgust", 63), ("happiness", 32), ("repression", 27), ("surprise", 25)));

    /// <summary>CASME II, sheet of 2019: 249 clips; three of subject 24 joined the five classes. Which ones they joined is not published.</summary>
    public static PublishedCounts CasmeII2019 { get; } = new("CASME II, sheet of 2019", CasmeII2014.Subjects.SetItem("24", 10), Named());

    /// <summary>CASME II, where the sheet does not tell its edition.</summary>
    public static PublishedCounts CasmeIIEither { get; } = new("CASME II, sheet of 2014; that of 2019 has 249, three more of subject 24. Which this is cannot be told", CasmeII2014.Subjects, Named());

    /// <summary>SAMM, version 2: 136 clips of 27 subjects.</summary>
    public static PublishedCounts Samm { get; } = new(
        "SAMM, version 2",
        Named(("006", 9), ("007", 9), ("009", 3), ("010", 4), ("011", 15), ("012", 1), ("013", 6), ("014", 10), ("015", 2), ("016", 5), ("017", 6), ("018", 2), ("019", 3), ("020", 9),
            ("021", 2), ("022", 5), ("023", 1), ("025", 4), ("026", 12), ("028", 3), ("030", 3), ("031", 1), ("032", 5), ("033", 4), ("034", 3), ("035", 6), ("037", 3)),
        Named(("anger", 57), ("happiness", 26), ("other", 26), ("surprise", 15), ("contempt", 12)));

    /// <summary>The counts of the sheet's edition.</summary>
    public static PublishedCounts For(CodingSheetContents sheet) =>
        sheet.Dataset == DatasetId.Samm ? Samm : sheet.Edition switch { "2014" => CasmeII2014, "2019" => CasmeII2019, _ => CasmeIIEither };

    private static ImmutableSortedDictionary<string, int> Numbered(string format, params int[] counts) =>
        Named([.. counts.Select((n, i) => ((i + 1).ToString(format, System.Globalization.CultureInfo.InvariantCulture), n))]);

    private static ImmutableSortedDictionary<string, int> Named(params (string Name, int Count)[] counts) =>
        counts.ToImmutableSortedDictionary(c => c.Name, c => c.Count, StringComparer.Ordinal);
}
