namespace MerKernel.Data.Sets;

/// <summary>
/// CAS(ME)^3, part A: 860 clips of 94 people (version 2 of the sheet; 921 in version 1) at 30 frames per second.
/// A folder holds a whole recording, so a clip is known by subject, recording and onset: '001/a_355'.
/// </summary>
internal static class Casme3
{
    private static readonly Regex OtherPart = new(@"part[\s_-]*[BC](?![A-Za-z])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public static DatasetDescription Description { get; } = new()
    {
        Id = DatasetId.Casme3,
        Title = "CAS(ME)^3",
        Key = "casme3",
        Folder = "CASME3",
        Folders = DatasetDescription.Beginning(@"CAS\s*\(?ME\)?[\s_^-]*(?:3|III)(?![0-9])"),
        Sheets = ["cas(me)3_part_A_ME_label_JpgIndex_v2", "CAS(ME)3_part_A_v2", "casme3_label"],
        Worksheets = ["label", "AU+Emotion"],
        PassesOver = DatasetDescription.Whole("macro(?:[ -].*)?"),
        Subjects = DatasetDescription.Whole(@"(?:spNO\.?|sub(?:ject)?|s)?\s*0*([0-9]{1,3})"),
        SubjectFormat = "D3",
        Clips = DatasetDescription.Whole("[a-z]"),
        NameOf = name => name.Length == 1 ? name.ToLowerInvariant() : name,
        SharesFolders = true,
        Frames = [FramePath.Of("{subject}/{clip}/color"), FramePath.SubjectClip],
        TakesFrames = path => !OtherPart.IsMatch(path),
        FrameExample = "CASME3/part_A/spNO.1/a/color/355.jpg",
        FrameRate = 30,
        Classes = ClassSet.Same("own", ("other", "others"), "happy", "disgust", "fear", "anger", "sad", "surprise",
            "others").And("happiness", "happy").And("sadness", "sad"),
        Three = ClassSet.MegcThree.And("happy", "positive").And("sad", "negative"),
        Errata =
        [
            new("casme3-216-apex", DatasetId.Casme3, "216/", f => f.Apex == 2668 && f.Onset == 3647,
                f => f with { Onset = 2647 },
                "apex 2668 lies before the onset 3647; its first digit is read as 2, as two independent " +
                "projects read it"),
        ],
        Published = sheet => sheet.Clips.Length > 890 ? PublishedCounts.Casme3First : PublishedCounts.Casme3,
        Edition = (clips, _) => clips.Count() > 890 ? "v1" : "v2",
        Assumptions = ["30 frames per second, as the set's own issue tracker says"],
    };
}
