namespace MerKernel.Data;

/// <summary>Which emotions are scored and as what: class names in label order, and the class each emotion of the sheet falls into.</summary>
/// <param name="Name">Short name, shown in reports and part of the fingerprint ('five', 'megc3', 'all').</param>
/// <param name="Classes">Class names in label order.</param>
/// <param name="ClassOf">Emotion (lower case, as in the sheet) to class name; an emotion that is absent is not scored.</param>
public sealed record ClassSet(string Name, ImmutableArray<string> Classes, ImmutableSortedDictionary<string, string> ClassOf)
{
    /// <summary>The paper's five classes (section 4.1).</summary>
    public static ClassSet Five(DatasetId dataset) => dataset switch
    {
        DatasetId.CasmeII => Same("five", ("other", "others"), "happiness", "repression", "disgust", "surprise", "others"),
        DatasetId.Samm => Same("five", ("others", "other"), "happiness", "anger", "contempt", "surprise", "other"),
        _ => throw new ArgumentOutOfRangeException(nameof(dataset)),
    };

    /// <summary>
    /// The three classes of the Micro-Expression Grand Challenge 2019, by its mapping of emotions. On CASME II the challenge's own list is
    /// shorter than what the mapping yields (145 clips); on SAMM both have 133.
    /// </summary>
    public static ClassSet MegcThree { get; } = new(
        "megc3",
        ["negative", "positive", "surprise"],
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
        {
            ["anger"] = "negative",
            ["contempt"] = "negative",
            ["disgust"] = "negative",
            ["fear"] = "negative",
            ["repression"] = "negative",
            ["sadness"] = "negative",
            ["happiness"] = "positive",
            ["surprise"] = "surprise",
        }));

    /// <summary>Every emotion that the data set's sheet names.</summary>
    public static ClassSet All(DatasetId dataset) => dataset switch
    {
        DatasetId.CasmeII => Same("all", ("other", "others"), "happiness", "repression", "disgust", "surprise", "others", "sadness", "fear"),
        DatasetId.Samm => Same("all", ("others", "other"), "happiness", "anger", "contempt", "surprise", "other", "disgust", "fear", "sadness"),
        _ => throw new ArgumentOutOfRangeException(nameof(dataset)),
    };

    /// <summary>The label (an index into <see cref="Classes"/>) of an emotion, or null where the class set does not score it.</summary>
    public int? LabelOf(string emotion) =>
        ClassOf.TryGetValue(emotion, out var name) ? Classes.IndexOf(name) : null;

    /// <summary>Whether a word is an emotion of one of the sheets, in any spelling of case.</summary>
    public static bool IsEmotion(string word) =>
        Enum.GetValues<DatasetId>().Any(id => All(id).LabelOf(word.ToLowerInvariant()) is not null);

    private static ClassSet Same(string name, (string Spelling, string Class) alias, params string[] classes) => new(
        name,
        [.. classes],
        classes.ToImmutableSortedDictionary(c => c, c => c, StringComparer.Ordinal).Add(alias.Spelling, alias.Class));
}
