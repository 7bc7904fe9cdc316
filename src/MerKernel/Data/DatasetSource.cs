namespace MerKernel.Data;

/// <summary>Where a data set lies on disk.</summary>
/// <param name="Root">The folder that holds CASME2/ and SAMM/, or the data set's own folder.</param>
/// <param name="Id">The data set.</param>
public sealed record DatasetSource(string Root, DatasetId Id)
{
    /// <summary>The coding sheet; where null, the newest one in the data set's folder.</summary>
    public string? Sheet { get; init; }

    /// <summary>Which frames are taken where a data set has both.</summary>
    public FrameKind Frames { get; init; } = FrameKind.Any;
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
