namespace MerKernel.Data.Sets;

/// <summary>
/// SMIC: the same sessions before three cameras. 164 clips of 16 people at 100 frames per second (HS), 71 of 8 people
/// at 25 from each of the other two (VIS, NIR). Its coders gave neither apexes nor action units.
/// </summary>
internal static class Smic
{
    // The emotion is in the clip's name: s1_ne_01, s3_po_04, s9_sur_02.
    private static readonly Dictionary<string, string> Named = new()
    {
        ["ne"] = "negative", ["po"] = "positive", ["sur"] = "surprise"
    };

    private static readonly Regex Clip = DatasetDescription.Whole(@"s0*([0-9]{1,2})_(ne|po|sur)_([0-9]+)"),
        Camera = new(@"(?<![A-Za-z])(HS|VIS|NIR)(?![A-Za-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public static DatasetDescription HighSpeed { get; } = Of(DatasetId.Smic, "SMIC", "smic", "HS", 100,
        PublishedCounts.SmicHighSpeed, [],
        "where the folders name no camera, frames are taken for the high-speed camera's");

    public static DatasetDescription Visible { get; } = Of(DatasetId.SmicVis, "SMIC (VIS)", "smic-vis", "VIS", 25,
        PublishedCounts.SmicSlow("VIS"), []);

    public static DatasetDescription NearInfrared { get; } = Of(DatasetId.SmicNir, "SMIC (NIR)", "smic-nir", "NIR", 25,
        PublishedCounts.SmicSlow("NIR"), ["VIS"],
        "where the workbook has no table NIR, that of VIS is used: both cameras have the same clips, and whether " +
        "their frames have the same numbers is not known");

    private static DatasetDescription Of(DatasetId id, string title, string key, string camera, double rate,
        PublishedCounts published, string[] standIns, params string[] assumptions) => new()
        {
            Id = id,
            Title = title,
            Key = key,
            Folder = "SMIC",
            Folders = DatasetDescription.Beginning("SMIC"),
            Sheets = ["SMIC-HS-E_annotation_2019", "SMIC-HS-E_annotation"],
            Worksheets = [camera, .. standIns],
            Optional = ["apex", "actionunits"],
            HasActionUnits = false,
            SubjectInName = DatasetDescription.Beginning("s0*([0-9]{1,2})_"),
            Clips = Clip,
            NameOf = name => Clip.Match(name) is { Success: true } m
                ? $"s{m.Groups[1].Value}_{m.Groups[2].Value.ToLowerInvariant()}_{m.Groups[3].Value}" : name,
            EmotionInName = name =>
                Clip.Match(name) is { Success: true } m ? Named[m.Groups[2].Value.ToLowerInvariant()] : null,
            Frames = [FramePath.Of("{subject}/micro/{emotion}/{clip}"), FramePath.SubjectClip],
            TakesFrames = path =>
                Camera.Matches(path).Select(m => m.Value.ToUpperInvariant()).LastOrDefault() is { } named
                    ? named == camera
                    : id == DatasetId.Smic,
            FrameExample = $"SMIC/{camera}/s1/micro/negative/s1_ne_01/reg_image559740.bmp",
            FrameRate = rate,
            Classes = ClassSet.Of("own", "negative", "positive", "surprise"),
            Three = ClassSet.Of("megc3", "negative", "positive", "surprise"),
            Published = _ => published,
            Assumptions = ["no coder gave an apex: the middle of onset and offset is used where the sheet has none " +
                "(mer data prepare --reading CLIP=onset-apex-offset sets another)", .. assumptions],
        };
}
