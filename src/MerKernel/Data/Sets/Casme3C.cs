namespace MerKernel.Data.Sets;

/// <summary>
/// CAS(ME)^3, part C: 165 clips of 30 people in a mock crime. Each person has one recording, 'a', out of which the
/// clips are cut: '01/a_355'. Its coders gave no apexes.
/// </summary>
internal static class Casme3C
{
    private static readonly Regex Part = new(@"part[\s_-]*C(?![A-Za-z])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public static DatasetDescription Description { get; } = Casme3.Description with
    {
        Id = DatasetId.Casme3C,
        Title = "CAS(ME)^3 (part C)",
        Key = "casme3-c",
        // Real sets have both parts in one folder, which part A's pattern finds; a synthetic one has a folder of its
        // own.
        Folder = "CASME3_part_C",
        Sheets = ["CAS(ME)3_part_C_ME", "part_C_ME"],
        Worksheets = ["mockCrimeME"],
        Columns = new Dictionary<string, string>
        {
            ["subject"] = "sub", ["filename"] = "count", ["onset"] = "onset", ["offset"] = "offset",
            ["actionunits"] = "au", ["emotion"] = "emotion"
        }
            .ToImmutableDictionary(),
        Optional = ["apex"],
        PassesOver = null,
        Subjects = DatasetDescription.Whole(DatasetDescription.NumberedSubject),
        SubjectFormat = "D2",
        // The column counts a person's clips; the folder of all of them is the recording's.
        NameOf = _ => "a",
        TakesFrames = Part.IsMatch,
        FrameExample = "CASME3/part_C/01/a/color/355.jpg",
        Classes = ClassSet.Same("own", ("other", "others"), "negative", "positive", "surprise", "others"),
        Three = ClassSet.Of("megc3", "negative", "positive", "surprise"),
        Errata = [],
        Published = _ => PublishedCounts.Casme3C,
        Edition = (_, _) => CodingSheetContents.UnknownEdition,
        Assumptions =
        [
            "no coder gave an apex: the middle of onset and offset is used (mer data prepare --reading " +
            "CLIP=onset-apex-offset sets another)",
            "one recording per person, in a folder 'a', and 30 frames per second, as public loaders have it",
        ],
    };
}
