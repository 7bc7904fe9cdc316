namespace MerKernel.Synthetic;

/// <summary>
/// Who is in a synthetic set: clips per subject, clips per emotion, the rows outside the five classes, and the clips
/// whose rows err.
/// </summary>
sealed record SyntheticRoster
{
    /// <summary>Five-class clips of each subject; 0 for a subject with other emotions only.</summary>
    public required (string Subject, int Clips)[] Subjects { get; init; }

    /// <summary>Clips of each of the five classes, in the sheet's spelling.</summary>
    public required (string Emotion, int Clips)[] Emotions { get; init; }

    /// <summary>Rows with other emotions, which the five-class protocol leaves out.</summary>
    public required (string Emotion, int Clips)[] Excluded { get; init; }

    /// <summary>Clip names that a subject must have, because their rows are special.</summary>
    public required (string Subject, string Name)[] Named { get; init; }

    /// <summary>Fewest and most frames of a clip.</summary>
    public required (int Low, int High) Frames { get; init; }

    /// <summary>Head drift relative to the easy sets'. Default 1.</summary>
    public double HeadDrift { get; init; } = 1;

    /// <summary>Share of the clips in which a blink that no coder noted overlaps the apex. Default none.</summary>
    public double Blinks { get; init; }

    /// <summary>The roster of a synthetic set.</summary>
    public static SyntheticRoster Of(DatasetId dataset, SyntheticSize size) =>
        OtherSet.Of(dataset) is { } other ? other.Roster(size) : (dataset, size) switch
        {
            (DatasetId.CasmeII, SyntheticSize.Tiny) => CasmeIITiny,
            (_, SyntheticSize.Tiny) => SammTiny,
            (DatasetId.CasmeII, SyntheticSize.Small) => CasmeIISmall,
            (DatasetId.CasmeII, SyntheticSize.Medium) => CasmeIIFull with { Frames = CasmeIISmall.Frames },
            (DatasetId.CasmeII, _) => CasmeIIFull,
            (_, SyntheticSize.Small) => SammSmall,
            (_, SyntheticSize.Medium) => SammFull with { Frames = SammSmall.Frames },
            _ => SammFull,
        };

    // The clips of the real sheet whose rows err or whose names are irregular in form.
    static readonly (string, string)[] CasmeIINamed =
    [
        ("01", "EP02_01f"), ("04", "EP12_01f"), ("05", "EP09_05f"), ("05", "EP16_04f"), ("07", "EP06_01"),
        ("12", "EP09_06"), ("12", "EP09f"),
        ("16", "EP01_08"), ("17", "EP01_2"), ("20", "EP16_01"), ("20", "EP06_02_01"), ("25", "EP18_04f"),
    ];

    static readonly (string, string)[] SammNamed = [("006", "006_1_2"), ("028", "028_4_1"), ("032", "032_3_1")];

    static readonly SyntheticRoster CasmeIITiny = new()
    {
        Subjects = [("01", 4), ("05", 4), ("16", 4)],
        Emotions = [("others", 3), ("disgust", 3), ("happiness", 2), ("repression", 2), ("surprise", 2)],
        Excluded = [("sadness", 1)],
        Named = CasmeIINamed,
        Frames = (6, 8),
    };

    static readonly SyntheticRoster SammTiny = new()
    {
        Subjects = [("006", 4), ("028", 4), ("032", 4)],
        Emotions = [("Anger", 3), ("Happiness", 3), ("Other", 2), ("Surprise", 2), ("Contempt", 2)],
        Excluded = [("Fear", 1)],
        Named = SammNamed,
        Frames = (6, 8),
    };

    static readonly SyntheticRoster CasmeIISmall = new()
    {
        Subjects = [("01", 17), ("04", 10), ("05", 17), ("12", 17), ("16", 8), ("17", 22), ("20", 15), ("25", 14)],
        Emotions = [("others", 38), ("disgust", 28), ("happiness", 20), ("repression", 17), ("surprise", 17)],
        Excluded = [("sadness", 1), ("fear", 1)],
        Named = CasmeIINamed,
        Frames = (12, 16),
    };

    // Clips per subject and class of the 2014 sheet; the three relabelled clips of subject 24 are counted as surprise.
    static readonly SyntheticRoster CasmeIIFull = new()
    {
        Subjects =
        [
            ("01", 9), ("02", 13), ("03", 7), ("04", 5), ("05", 19), ("06", 5), ("07", 9), ("08", 3), ("09", 13),
            ("10", 13), ("11", 10), ("12", 12), ("13", 8),
            ("14", 4), ("15", 3), ("16", 4), ("17", 34), ("18", 3), ("19", 15), ("20", 11), ("21", 2), ("22", 2),
            ("23", 12), ("24", 10), ("25", 7), ("26", 16),
        ],
        Emotions = [("others", 99), ("disgust", 63), ("happiness", 32), ("repression", 27), ("surprise", 28)],
        Excluded = [("sadness", 4), ("fear", 2)],
        Named = CasmeIINamed,
        Frames = (24, 60),
        HeadDrift = 5,
        Blinks = 0.3,
    };

    static readonly SyntheticRoster SammSmall = new()
    {
        Subjects = [("006", 13), ("007", 13), ("011", 18), ("014", 14), ("020", 12), ("026", 16), ("028", 5),
            ("032", 9)],
        Emotions = [("Anger", 36), ("Happiness", 20), ("Other", 18), ("Surprise", 14), ("Contempt", 12)],
        Excluded = [("Fear", 1), ("Disgust", 1)],
        Named = SammNamed,
        Frames = (9, 11),
    };

    static readonly SyntheticRoster SammFull = new()
    {
        Subjects =
        [
            ("006", 9), ("007", 9), ("009", 3), ("010", 4), ("011", 15), ("012", 1), ("013", 6), ("014", 10),
            ("015", 2), ("016", 5), ("017", 6), ("018", 2),
            ("019", 3), ("020", 9), ("021", 2), ("022", 5), ("023", 1), ("024", 0), ("025", 4), ("026", 12), ("028", 3),
            ("030", 3), ("031", 1), ("032", 5),
            ("033", 4), ("034", 3), ("035", 6), ("036", 0), ("037", 3),
        ],
        Emotions = [("Anger", 57), ("Happiness", 26), ("Other", 26), ("Surprise", 15), ("Contempt", 12)],
        Excluded = [("Disgust", 9), ("Fear", 8), ("Sadness", 6)],
        Named = SammNamed,
        Frames = (24, 48),
        HeadDrift = 5,
        Blinks = 0.3,
    };
}
