namespace MerKernel.Data;

/// <summary>
/// Which emotions are scored and as what: class names in label order, and the class each emotion of the sheet falls
/// into.
/// </summary>
/// <param name="Name">Short name, shown in reports and part of the fingerprint ('five', 'megc3', 'all').</param>
/// <param name="Classes">Class names in label order.</param>
/// <param name="ClassOf">
/// Emotion (lower case, as in the sheet) to class name; an emotion that is absent is not scored.
/// </param>
public sealed record ClassSet(string Name, ImmutableArray<string> Classes,
    ImmutableSortedDictionary<string, string> ClassOf)
{
    /// <summary>
    /// The classes that a set is scored in unless others are asked for: the paper's five (section 4.1) of its two sets.
    /// </summary>
    public static ClassSet Five(DatasetId dataset) => DatasetDescription.Of(dataset).Classes;

    /// <summary>
    /// The three classes of the Micro-Expression Grand Challenge 2019, by its mapping of emotions. On CASME II the
    /// challenge's own list is shorter than the mapping's (145 clips); on SAMM both have 133.
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

    /// <summary>
    /// The label (an index into <see cref="Classes"/>) of an emotion, or null where the class set does not score it.
    /// </summary>
    public int? LabelOf(string emotion) =>
        ClassOf.TryGetValue(emotion, out var name) ? Classes.IndexOf(name) : null;

    /// <summary>Whether a word is an emotion of one of the sheets, in any spelling of case.</summary>
    public static bool IsEmotion(string word) =>
        DatasetDescription.All.Any(set => set.AllEmotions.LabelOf(word.ToLowerInvariant()) is not null);

    /// <summary>Classes that are called as the sheet's emotions, in any spelling of case.</summary>
    public static ClassSet Of(string name, params string[] classes) =>
        new(name, [.. classes],
            classes.ToImmutableSortedDictionary(c => c.ToLowerInvariant(), c => c, StringComparer.Ordinal));

    /// <summary>Classes that are called as the sheet's emotions, one of which has a second spelling.</summary>
    internal static ClassSet Same(string name, (string Spelling, string Class) alias, params string[] classes) =>
        Of(name, classes).And(alias.Spelling, alias.Class);

    /// <summary>These classes with a further emotion that falls into one of them.</summary>
    internal ClassSet And(string emotion, string into) => this with { ClassOf = ClassOf.SetItem(emotion, into) };

    /// <summary>Demands that a data set can have clips of every class.</summary>
    /// <exception cref="UserErrorException">
    /// An emotion falls into no class, or a class has no emotion of the data set.
    /// </exception>
    internal void Demand(DatasetDescription set)
    {
        if (ClassOf.FirstOrDefault(e => !Classes.Contains(e.Value)) is { Key: { } emotion, Value: var none })
            throw new UserErrorException($"The classes '{Name}' count '{emotion}' as '{none}', which is none of " +
                $"{string.Join(", ", Classes)}.");
        if (Classes.FirstOrDefault(c => !ClassOf.Any(e => e.Value == c && set.AllEmotions.LabelOf(e.Key) is not null))
            is { } empty)
            throw new UserErrorException($"The class '{empty}' of '{Name}' has no emotion of {set.Title}" +
                (Spelling.Nearest(empty, set.AllEmotions.ClassOf.Keys) is { } near ? $"; did you mean '{near}'?"
                    : $", whose emotions are {string.Join(", ", set.AllEmotions.ClassOf.Keys)}."));
    }

    /// <summary>Whether every emotion has the same class in both.</summary>
    internal bool SaysTheSameAs(ClassSet other) => Classes.SequenceEqual(other.Classes)
        && ClassOf.Count == other.ClassOf.Count && !ClassOf.Except(other.ClassOf).Any();

    /// <summary>These classes without an emotion, whose clips are not scored.</summary>
    internal ClassSet Without(string emotion) => this with { ClassOf = ClassOf.Remove(emotion) };
}
