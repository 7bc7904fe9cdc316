namespace MerKernel.Data.Sets;

/// <summary>SAMM: 159 clips of 29 people at 200 frames per second, version 2 of its sheet.</summary>
internal static class Samm
{
    public static DatasetDescription Description { get; } = new()
    {
        Id = DatasetId.Samm,
        Title = "SAMM",
        Key = "samm",
        Folder = "SAMM",
        Folders = DatasetDescription.Beginning("SAMM"),
        Sheets = ["SAMM_Micro_FACS_Codes_v2"],
        // The workbook may hold other sheets besides MICRO_ONLY, the only list of micro-expressions.
        SubjectFormat = "D3",
        SubjectInName = DatasetDescription.Beginning("([0-9]{1,3})_"),
        NameOf = Padded,
        Clips = DatasetDescription.Beginning("[0-9]{3}_."),
        FrameExample = "SAMM/006/006_1_2/006_05562.jpg",
        FrameRate = 200,
        Classes = ClassSet.Same("five", ("others", "other"), "happiness", "anger", "contempt", "surprise", "other"),
        AllEmotions = ClassSet.Same("all", ("others", "other"), "happiness", "anger", "contempt", "surprise", "other",
            "disgust", "fear", "sadness"),
        Errata = Data.Errata.OfSamm,
        Published = _ => PublishedCounts.Samm,
        Edition = (_, _) => "v2",
    };

    // A table program takes the zeros from 006_1_2.
    private static string Padded(string name) =>
        name.Split('_') is [{ Length: > 0 and <= 3 } person, _, ..] parts && person.All(char.IsAsciiDigit)
            ? string.Join('_', parts.Skip(1).Prepend(person.PadLeft(3, '0'))) : name;
}
