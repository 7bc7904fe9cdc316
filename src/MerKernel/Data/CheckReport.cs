namespace MerKernel.Data;

/// <summary>The findings of <see cref="DatasetCheck"/>.</summary>
public sealed record CheckReport
{
    /// <summary>The files.</summary>
    public required FrameLayout Layout { get; init; }

    /// <summary>The sheet.</summary>
    public required CodingSheetContents Sheet { get; init; }

    /// <summary>Everything worth saying, clip by clip.</summary>
    public required ImmutableArray<CheckFinding> Findings { get; init; }

    /// <summary>The classes that are scored.</summary>
    public required ClassSet Scored { get; init; }

    /// <summary>
    /// The published counts of the sheet's edition; null where none are published, or other classes are scored.
    /// </summary>
    public required PublishedCounts? Published { get; init; }

    /// <summary>Usable clips of the scored classes of each subject.</summary>
    public required ImmutableSortedDictionary<string, int> Subjects { get; init; }

    /// <summary>Usable clips of the scored classes of each class.</summary>
    public required ImmutableSortedDictionary<string, int> Classes { get; init; }

    /// <summary>True where every clip can be used.</summary>
    public bool Complete => !Findings.Any(f => f.Severity == Severity.Unusable);
}

/// <summary>One thing that was found.</summary>
/// <param name="Clip">Subject and name; the file or folder where no clip is concerned.</param>
/// <param name="Severity">Its effect on the clip.</param>
/// <param name="Text">Its description.</param>
public sealed record CheckFinding(string Clip, Severity Severity, string Text);

/// <summary>A finding's effect on its clip.</summary>
public enum Severity
{
    /// <summary>Known, repaired or harmless.</summary>
    Note,

    /// <summary>The clip can be used but something is missing or odd.</summary>
    Warning,

    /// <summary>The clip cannot be used.</summary>
    Unusable,
}
