namespace MerKernel.Synthesis;

/// <summary>What a look-alike data set is made from; the files depend on nothing else.</summary>
public sealed record LookAlikeOptions
{
    /// <summary>The tiny set, for tests of the whole path.</summary>
    public static LookAlikeOptions Tiny { get; } = new() { Size = LookAlikeSize.Tiny };

    /// <summary>The small set, which the main job trains on.</summary>
    public static LookAlikeOptions Small { get; } = new();

    /// <summary>The set with the real subject and clip counts.</summary>
    public static LookAlikeOptions Full { get; } = new() { Size = LookAlikeSize.Full };

    /// <summary>Seed of every random draw. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Tiny, small or full. Default small.</summary>
    public LookAlikeSize Size { get; init; } = LookAlikeSize.Small;

    /// <summary>True to write CASME II's uncropped 640 x 480 frames as well. Default false.</summary>
    public bool RawFrames { get; init; }

    /// <summary>Only the first so many subjects, as they are in the whole set; null writes all.</summary>
    public int? Subjects { get; init; }

    /// <summary>Clips rendered side by side; has no influence on the files. Default 2.</summary>
    public int Workers { get; init; } = 2;
}
