namespace MerKernel.Data;

/// <summary>
/// The sources of a data set: stored with every run, so that a number can be traced to sheet, clips and repairs.
/// </summary>
public sealed record DatasetManifest
{
    private const int CurrentSchema = 1;

    /// <summary>Version of the stored form; files without one are of version 1.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The data set.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>True for synthetic data.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Hash of everything that determines the contents; <see cref="MerDataset.Fingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>File name of the coding sheet.</summary>
    public required string Sheet { get; init; }

    /// <summary>SHA-256 of the coding sheet.</summary>
    public required string SheetSha256 { get; init; }

    /// <summary>Name of the folder the frames came from.</summary>
    public required string Frames { get; init; }

    /// <summary>The preparation in one line: size, classes, alignment, policies, errata.</summary>
    public required string Preparation { get; init; }

    /// <summary>The clips that are scored.</summary>
    public required ImmutableArray<PreparedClip> Clips { get; init; }

    /// <summary>
    /// Clips that are not scored, each with the reason; clips of emotions outside the class set included.
    /// </summary>
    public required ImmutableArray<DroppedClip> Dropped { get; init; }

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The manifest as JSON; the same manifest gives the same text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <summary>Reads the text of <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">The text is no manifest.</exception>
    public static DatasetManifest FromJson(string json)
    {
        var manifest = JsonSerializer.Deserialize<DatasetManifest>(json, Format)
            ?? throw new JsonException("The manifest is empty.");
        if (manifest.Schema != CurrentSchema)
            throw new JsonException(
                $"The manifest has schema {manifest.Schema}, this version reads schema {CurrentSchema}.");
        return manifest.Clips.IsDefault || manifest.Dropped.IsDefault
            ? throw new JsonException("The manifest has no clips.") : manifest;
    }
}

/// <summary>A clip that is scored.</summary>
/// <param name="Clip">Subject and name.</param>
/// <param name="Cache">Key of its prepared frames in the cache.</param>
/// <param name="OnsetFrames">Numbers of the frames from the onset on that training may draw.</param>
/// <param name="ApexFrames">Numbers of the frames from the apex backwards that training may draw.</param>
/// <param name="Notes">Repairs and oddities of sheet, frames and face.</param>
public sealed record PreparedClip(string Clip, string Cache, ImmutableArray<int> OnsetFrames,
    ImmutableArray<int> ApexFrames, ImmutableArray<string> Notes);

/// <summary>A clip that is not scored.</summary>
/// <param name="Clip">Subject and name.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsOfNoClass">Whether its emotion is of none of the classes, so that nobody would score it.</param>
public sealed record DroppedClip(string Clip, string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsOfNoClass = false);
