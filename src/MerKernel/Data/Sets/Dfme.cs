namespace MerKernel.Data.Sets;

/// <summary>
/// DFME: seven classes, 500, 300 or 200 frames per second by clip, as its sheet says. Public are a training part and
/// two tests of the whole.
/// </summary>
internal static class Dfme
{
    public static DatasetDescription Description { get; } = new()
    {
        Id = DatasetId.Dfme,
        Title = "DFME",
        Key = "dfme",
        Folder = "DFME",
        Folders = DatasetDescription.Beginning("DFME"),
        Sheets = ["training_full_with_AU", "training"],
        Subjects = DatasetDescription.Whole(@"(?:sub(?:ject)?|s)?\s*0*([0-9]{1,4})"),
        SubjectFormat = "D4",
        SubjectInName = DatasetDescription.Beginning("sub([0-9]{1,4})_"),
        Clips = DatasetDescription.Whole("sub[0-9]{4}_[0-9]+"),
        Frames = [FramePath.Of("{clip}"), FramePath.SubjectClip],
        FrameExample = "DFME/training/sub0003_01/0.png",
        Classes = ClassSet.Of("own", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"),
        Published = sheet => PublishedCounts.Dfme(sheet.Clips.Length),
    };
}
