namespace MerKernel.Data.Sets;

/// <summary>
/// CASME II: 247 or 255 clips of 26 people at 200 frames per second, editions 2014 and 2019 of its sheet.
/// </summary>
internal static partial class CasmeII
{
    public static DatasetDescription Description { get; } = new()
    {
        Id = DatasetId.CasmeII,
        Title = "CASME II",
        Key = "casme2",
        Folder = "CASME2",
        Folders = SetFolder(),
        Sheets = ["CASME2-coding-20190701", "CASME2-coding-20140508"],
        Clips = DatasetDescription.Beginning("EP"),
        FrameExample = "CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg",
        FrameRate = 200,
        Classes = ClassSet.Same("five", ("other", "others"), "happiness", "repression", "disgust", "surprise",
            "others"),
        AllEmotions = ClassSet.Same("all", ("other", "others"), "happiness", "repression", "disgust", "surprise",
            "others", "sadness", "fear"),
        Errata = Data.Errata.OfCasmeII,
        Published = sheet => sheet.Edition switch
        {
            "2014" => PublishedCounts.CasmeII2014,
            "2019" => PublishedCounts.CasmeII2019,
            _ => PublishedCounts.CasmeIIEither
        },
        Edition = EditionOf,
    };

    // Three clips of subject 24 joined the five classes in 2019, when the column of objective classes came too; copies
    // lose the column or get it.
    private static string EditionOf(IEnumerable<Clip> clips, bool objective)
    {
        var ofSubject24 = clips.Count(c => c.Subject == "24" && Description.Classes.LabelOf(c.Emotion) is not null);
        if (ofSubject24 == PublishedCounts.CasmeII2019.Subjects["24"]) return "2019";
        if (ofSubject24 == PublishedCounts.CasmeII2014.Subjects["24"]) return "2014";
        return objective ? "2019" : CodingSheetContents.UnknownEdition;
    }

    // CASME2_RAW_selected is a folder of frames, not of a data set, and so is one of cropped ones.
    [GeneratedRegex(@"^(?!.*(?:raw|crop))casme[\s_-]*(?:2|ii)(?![0-9i])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SetFolder();
}
