namespace MerKernel.Data;

/// <summary>Where a data set lies on disk.</summary>
/// <param name="Root">The folder that holds CASME2/ and SAMM/, or the data set's own folder.</param>
/// <param name="Id">The data set.</param>
public sealed record DatasetSource(string Root, DatasetId Id)
{
    /// <summary>The data set's description.</summary>
    /// <exception cref="UserErrorException">It is the user's own, and its description cannot be read.</exception>
    public DatasetDescription Description => DatasetDescription.In(Root, Id);

    /// <summary>
    /// The coding sheet; where null, the one in the data set's folder: of the published names the newest, else the only
    /// one that is a sheet of the set.
    /// </summary>
    public string? Sheet { get; init; }

    /// <summary>Which frames are taken where a data set has both.</summary>
    public FrameKind Frames { get; init; } = FrameKind.Any;

    /// <summary>The folder of the frames, where there are several of one kind; null finds it.</summary>
    public string? FramesFolder { get; init; }
}

/// <summary>Raw recordings, or frames that the data set's authors registered and cropped.</summary>
public enum FrameKind
{
    /// <summary>Cropped frames where there are any, else raw ones.</summary>
    Any,

    /// <summary>Cropped frames only (CASME II 'Cropped').</summary>
    Cropped,

    /// <summary>Raw frames only (CASME II 'CASME2_RAW_selected', SAMM).</summary>
    Raw,
}
