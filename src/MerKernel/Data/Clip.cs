namespace MerKernel.Data;

/// <summary>One annotated micro-expression: a row of a coding sheet after its repairs.</summary>
public sealed record Clip
{
    /// <summary>The remark on a clip whose sheet has no apex.</summary>
    internal const string NoApex = "no apex is coded; the middle of onset and offset is used";

    /// <summary>The note of a clip whose difference image is empty.</summary>
    internal const string NoMotion = "the apex is the onset, so the clip shows no motion; mer data prepare " +
        "--reading CLIP=onset-apex-offset sets another apex";

    /// <summary>The data set the clip belongs to.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>Subject as the sheet writes it, zero-padded ('01' in CASME II, '006' in SAMM).</summary>
    public required string Subject { get; init; }

    /// <summary>Clip name within its subject, the sheet's Filename ('EP02_01f', '006_1_2').</summary>
    public required string Name { get; init; }

    /// <summary>Number of the frame where the movement begins.</summary>
    public required int Onset { get; init; }

    /// <summary>Number of the frame of strongest movement.</summary>
    public required int Apex { get; init; }

    /// <summary>Number of the frame where the movement has ended.</summary>
    public required int Offset { get; init; }

    /// <summary>The coded action units, in the order of the sheet.</summary>
    public required ImmutableArray<ActionUnit> ActionUnits { get; init; }

    /// <summary>The emotion in the sheet's own spelling, lower case ('happiness', 'others', 'other').</summary>
    public required string Emotion { get; init; }

    /// <summary>Frames per second; null where it is not known.</summary>
    public double? FrameRate { get; init; }

    /// <summary>
    /// Time from onset to apex in milliseconds; null where the frame rate is not known. Sets differ in it, whatever
    /// their frame numbers look like.
    /// </summary>
    public double? ApexMilliseconds => 1000 * (Apex - Onset) / FrameRate;

    /// <summary>Repairs and oddities of the row, with reasons; empty for a clean row.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Subject and name, unique within a data set: '01/EP02_01f'.</summary>
    public string Id => $"{Subject}/{Name}";
}
