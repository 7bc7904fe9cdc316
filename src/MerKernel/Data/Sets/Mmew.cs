namespace MerKernel.Data.Sets;

/// <summary>
/// MMEW: 300 clips of 30 people at 90 frames per second, seven classes, sides of action units behind the number
/// ('4R+7').
/// </summary>
internal static class Mmew
{
    public static DatasetDescription Description { get; } = new()
    {
        Id = DatasetId.Mmew,
        Title = "MMEW",
        Key = "mmew",
        Folder = "MMEW",
        Folders = DatasetDescription.Beginning("MMEW"),
        Sheets = ["MMEW_Micro_Exp_v2", "MMEW_Micro_Exp"],
        SubjectInName = DatasetDescription.Beginning("S([0-9]{1,2})-"),
        Clips = DatasetDescription.Whole("S[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,3}"),
        Frames = [FramePath.Of("{subject}/{emotion}/{clip}"), FramePath.Of("{emotion}/{clip}")],
        FrameExample = "MMEW/Micro_Expression/disgust/S01-01-001/1.jpg",
        FrameRate = 90,
        Classes = ClassSet.Same("own", ("other", "others"), "happiness", "surprise", "disgust", "others", "fear",
            "sadness", "anger")
            .And("repression", "others"),
        // Its web page calls 'repression' what its sheet calls 'others': too little to score it as negative.
        Three = ClassSet.MegcThree.Without("repression"),
        Published = _ => PublishedCounts.Mmew,
        Assumptions =
        [
            "'repression' and 'others' are one class, as the web page and the sheet of the set name it differently",
            "90 frames per second is what a public loader assumes",
        ],
    };
}
