using System.Globalization;

namespace MerKernel.Synthetic;

/// <summary>
/// A synthetic version of a set besides the paper's two: who is in it, how clips are called, where their frames lie,
/// and its sheet. Medium and full are as small as small; every clip of CAS(ME)^3's part A has a recording of its own,
/// where the real ones share them.
/// </summary>
sealed record OtherSet
{
    /// <summary>Subjects and classes of the sizes that are made.</summary>
    public required SyntheticRoster Tiny { get; init; }

    /// <inheritdoc cref="Tiny"/>
    public required SyntheticRoster Small { get; init; }

    /// <summary>The clip's name, of subject, place among the subject's clips and emotion.</summary>
    public required Func<string, int, string, string> Name { get; init; }

    /// <summary>
    /// Number of the clip's first frame; clips of one recording are drawn from parts of it that do not meet.
    /// </summary>
    public required Func<Random, SyntheticClip, int> Onset { get; init; }

    /// <summary>The folder of a clip's frames below the set's.</summary>
    public required Func<SyntheticClip, string> Folder { get; init; }

    /// <summary>Whether the clips of a person share one folder, as cut out of one recording.</summary>
    public bool SharesFolders { get; init; }

    /// <summary>A frame's file name.</summary>
    public required Func<int, string> Frame { get; init; }

    /// <summary>File name of the sheet.</summary>
    public required string Sheet { get; init; }

    /// <summary>Name of the sheet's table.</summary>
    public required string Worksheet { get; init; }

    /// <summary>The sheet's rows, its header first.</summary>
    public required Func<IReadOnlyList<SyntheticClip>, object?[][]> Rows { get; init; }

    /// <summary>The synthetic version of a set; null for the paper's two.</summary>
    /// <exception cref="UserErrorException">The set has no synthetic version.</exception>
    public static OtherSet? Of(DatasetId dataset) => dataset switch
    {
        DatasetId.CasmeII or DatasetId.Samm => null,
        DatasetId.Smic => Smic,
        DatasetId.Mmew => Mmew,
        DatasetId.Casme3 => Casme3,
        DatasetId.Casme3C => Casme3C,
        DatasetId.Dfme => Dfme,
        _ => throw new UserErrorException($"There is no synthetic data set in the form of {dataset.Title()}; there " +
            "are of casme2, samm, smic, mmew, casme3, casme3-c and dfme. Name the folder with its files with --data."),
    };

    /// <summary>The roster of a size; medium and full are as the small one.</summary>
    public SyntheticRoster Roster(SyntheticSize size) => size == SyntheticSize.Tiny ? Tiny : Small;

    /// <summary>The emotion whose action units a synthetic set shows for a word of its sheet.</summary>
    public static string Shown(string emotion) => emotion switch
    {
        "negative" => "disgust",
        "positive" or "happy" => "happiness",
        "sad" => "sadness",
        "anger" => "Anger",
        "contempt" => "Contempt",
        _ => emotion,
    };

    static SyntheticRoster Roster(string[] subjects, (int Low, int High) frames,
        params (string Emotion, int Clips)[] emotions) => new()
        {
            Subjects = [.. subjects.Select(s => (s, emotions.Sum(e => e.Clips) / subjects.Length))],
            Emotions = emotions,
            Excluded = [],
            Named = [],
            Frames = frames,
        };

    static readonly int[] Rates = [500, 300, 200];

    static readonly (int, int) Short = (6, 8), Usual = (9, 12);

    static string Number(int frame, int digits = 1) => frame.ToString($"D{digits}", CultureInfo.InvariantCulture);

    static readonly OtherSet Smic = new()
    {
        Tiny = Roster(["1", "3", "20"], Short, ("negative", 3), ("positive", 3), ("surprise", 3)),
        Small = Roster(["1", "2", "3", "9", "14", "20"], Usual, ("negative", 26), ("positive", 18), ("surprise", 16)),
        Name = (subject, i, emotion) =>
            $"s{subject}_{emotion switch { "negative" => "ne", "positive" => "po", _ => "sur" }}_{i + 1:00}",
        Onset = (random, _) => random.Next(100_000, 18_000_000),
        Folder = c => Path.Combine("SMIC-HS-E", $"s{c.Subject}", c.Name),
        Frame = n => $"image{Number(n, 6)}.jpg",
        Sheet = "SMIC-HS-E_annotation.xlsx",
        Worksheet = "HS",
        // Intervals two and three, lengths, and the blank rows at the end.
        Rows = clips =>
        [
            ["Subject", "Filename", "OnsetF", "OffsetF", "Onset2F", "Offset2F", "Onset3F", "Offset3F", "FirstF",
                "LastF", "TotalMF1", "TotalVL", "Emotion"],
            .. clips.Select(c => (object?[])[int.Parse(c.Subject, CultureInfo.InvariantCulture), c.Name, c.Onset,
                c.Offset, null, null, null, null, c.Onset, c.Offset, c.FrameCount, c.FrameCount, c.Emotion]),
            .. Enumerable.Repeat<object?[]>([null], 6),
        ],
    };

    static readonly OtherSet Mmew = new()
    {
        Tiny = Roster(["1", "2", "4"], Short, ("surprise", 2), ("disgust", 2), ("others", 2), ("happiness", 2),
            ("fear", 2), ("sadness", 1), ("anger", 1)),
        Small = Roster(["1", "2", "4", "7", "13", "30"], Usual, ("surprise", 18), ("disgust", 14), ("others", 13),
            ("happiness", 8), ("fear", 3), ("sadness", 3), ("anger", 1)),
        Name = (subject, i, emotion) => $"S{int.Parse(subject, CultureInfo.InvariantCulture):00}-" +
            $"{1 + "happiness surprise disgust others fear sadness anger".Split(' ').IndexOf(emotion):00}-{i + 1:000}",
        Onset = (_, _) => 1,
        Folder = c => Path.Combine("Micro_Expression", c.Emotion, c.Name),
        Frame = n => $"{n}.jpg",
        Sheet = "MMEW_Micro_Exp.xlsx",
        Worksheet = "Sheet1",
        // The side follows the number.
        Rows = clips =>
        [
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion",
                "remarks"],
            .. clips.Select(c => (object?[])
            [
                int.Parse(c.Subject, CultureInfo.InvariantCulture), c.Name, c.Onset, c.Apex, c.Offset,
                string.Join('+', c.Code.Split('+').Select(u => u[0] is 'L' or 'R' ? u[1..] + u[0] : u)), c.Emotion, null
            ]),
        ],
    };

    static readonly OtherSet Casme3 = new()
    {
        Tiny = Roster(["spNO.1", "spNO.40", "spNO.217"], Short, ("disgust", 3), ("surprise", 2), ("others", 2),
            ("fear", 2), ("anger", 1), ("sad", 1), ("happy", 1)),
        Small = Roster(["spNO.1", "spNO.2", "spNO.40", "spNO.149", "spNO.216", "spNO.217"], Usual, ("disgust", 18),
            ("surprise", 13), ("others", 11), ("fear", 6), ("anger", 4), ("sad", 4), ("happy", 4)),
        Name = (_, i, _) => $"{(char)('a' + i)}",
        Onset = (random, _) => random.Next(20, 3500),
        Folder = c => Path.Combine("part_A", c.Subject, c.Name, "color"),
        Frame = n => $"{n}.jpg",
        Sheet = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx",
        Worksheet = "label",
        // Every cell is text, and one 'Others' has a capital.
        Rows = clips =>
        [
            ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"],
            .. clips.Select((c, i) => (object?[])[c.Subject, c.Name, $"{c.Onset}", $"{c.Apex}", $"{c.Offset}", c.Code,
                Roman(EmotionRules.ObjectiveClass(c.CodedUnits)),
                c.Emotion == "others" && clips.Take(i).All(b => b.Emotion != "others") ? "Others" : c.Emotion]),
        ],
    };

    static readonly OtherSet Casme3C = new()
    {
        Tiny = Roster(["01", "07", "30"], Short, ("negative", 6), ("surprise", 3), ("others", 2), ("positive", 1)),
        Small = Roster(["01", "02", "07", "11", "24", "30"], Usual, ("negative", 36), ("surprise", 11), ("others", 7),
            ("positive", 6)),
        Name = (_, i, _) => $"{i + 1}",
        SharesFolders = true,
        Onset = (random, clip) =>
            9000 * (int.Parse(clip.Name, CultureInfo.InvariantCulture) - 1) + random.Next(20, 8900),
        Folder = c => Path.Combine("part_C", c.Subject, "a", "color"),
        Frame = n => $"{n}.jpg",
        Sheet = "CAS(ME)3_part_C_ME.xlsx",
        Worksheet = "mockCrimeME",
        Rows = clips =>
        [
            ["sub", "count", "onset", "offset", "au", "emotion"],
            .. clips.Select(c => (object?[])[int.Parse(c.Subject, CultureInfo.InvariantCulture),
                int.Parse(c.Name, CultureInfo.InvariantCulture), c.Onset, c.Offset, c.Code, c.Emotion]),
        ],
    };

    static readonly OtherSet Dfme = new()
    {
        Tiny = Roster(["0003", "0010", "0671"], Short, ("disgust", 2), ("surprise", 2), ("sadness", 2), ("fear", 2),
            ("happiness", 2), ("anger", 1), ("contempt", 1)),
        Small = Roster(["0003", "0010", "0112", "0250", "0333", "0671"], Usual, ("disgust", 18), ("surprise", 10),
            ("sadness", 9), ("fear", 8), ("happiness", 7), ("anger", 5), ("contempt", 3)),
        Name = (subject, i, _) => $"sub{subject}_{i + 1:00}",
        Onset = (_, _) => 0,
        Folder = c => Path.Combine("training", c.Name),
        Frame = n => $"{n}.png",
        Sheet = "training_full_with_AU.xlsx",
        Worksheet = "Sheet1",
        // Frames per second differ by clip.
        Rows = clips =>
        [
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion", "EmotionId", "Fps", "AU"],
            .. clips.Select((c, i) => (object?[])["sub" + c.Subject, c.Name, c.Onset, c.Apex, c.Offset, c.Emotion,
                "anger contempt disgust fear happiness sadness surprise".Split(' ').IndexOf(c.Emotion), Rates[i % 3],
                c.Code]),
        ],
    };

    static string Roman(int number) => new[] { "I", "II", "III", "IV", "V", "VI", "VII" }[number - 1];
}
