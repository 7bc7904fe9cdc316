namespace MerKernel.Data;

/// <summary>How clips become tensors.</summary>
public sealed record PreparationOptions
{
    /// <summary>Side length of the frames in pixels (paper: 224).</summary>
    public int Size { get; init; } = 224;

    /// <summary>The classes that are scored; the paper's five where null.</summary>
    public ClassSet? Classes { get; init; }

    /// <summary>How the face is brought into place.</summary>
    public FaceAlignment Alignment { get; init; } = FaceAlignment.Auto;

    /// <summary>The treatment of a clip whose onset frame shows no face.</summary>
    public NoFacePolicy NoFace { get; init; } = NoFacePolicy.Fail;

    /// <summary>The treatment of a clip whose onset or apex frame is missing or unreadable.</summary>
    public UnusableClipPolicy Unusable { get; init; } = UnusableClipPolicy.Fail;

    /// <summary>The errata that are repaired.</summary>
    public ImmutableArray<Erratum> Errata { get; init; } = Data.Errata.Known;

    /// <summary>Frame numbers that replace those of the sheet.</summary>
    public ImmutableArray<Reading> Readings { get; init; } = [];

    /// <summary>
    /// Clips (<see cref="Clip.Id"/>) left out by choice; '07/EP06_01' leaves the 248 clips of the published CASME II
    /// runs.
    /// </summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Clips left out where the sheet has them; an entry that ends in a slash names a subject.</summary>
    public ImmutableArray<string> ExcludeWherePresent { get; init; } = [];

    /// <summary>Demands a size that frames can be prepared in.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    internal static void MustBeSize(int size)
    {
        if (size is < 16 or > 1024)
            throw new UserErrorException($"A frame size of {size} pixels cannot be prepared; 16 is the least, 1024 " +
                "the most, 224 the paper's.");
    }

    /// <summary>Whether a clip is left out by choice.</summary>
    internal bool LeavesOut(string id) => Exclude.Contains(id, StringComparer.OrdinalIgnoreCase)
        || ExcludeWherePresent.Any(e => e.EndsWith('/')
            ? id.StartsWith(e, StringComparison.OrdinalIgnoreCase)
            : id.Equals(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where prepared clips are kept between runs.</summary>
    public string CacheFolder { get; init; } = Path.Combine("results", "cache");

    /// <summary>Called with one message when a prepared clip turns out damaged and is quarantined.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Clips prepared side by side; changes the time, never the result.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);
}

/// <summary>How the face is brought into place.</summary>
public enum FaceAlignment
{
    /// <summary><see cref="None"/> for frames that are already cropped, <see cref="Landmarks"/> for raw ones.</summary>
    Auto,

    /// <summary>
    /// A similarity transform from the onset frame's landmarks, the same for every frame of the clip.
    /// </summary>
    Landmarks,

    /// <summary>The whole frame is resized.</summary>
    None,
}

/// <summary>The treatment of a clip whose onset frame shows no face.</summary>
public enum NoFacePolicy
{
    /// <summary>The preparation ends with an error that names the clips.</summary>
    Fail,

    /// <summary>The largest centred square is taken, and noted.</summary>
    CentreCrop,

    /// <summary>The clip is left out, and listed in the manifest.</summary>
    Drop,
}

/// <summary>The treatment of a clip whose onset or apex frame is missing or unreadable.</summary>
public enum UnusableClipPolicy
{
    /// <summary>The preparation ends with an error that names the clips.</summary>
    Fail,

    /// <summary>The clip is left out, and listed in the manifest.</summary>
    Drop,
}
