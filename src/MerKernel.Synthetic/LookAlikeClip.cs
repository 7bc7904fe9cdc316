using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>One row of a look-alike: what its sheet says and what its frames truly show.</summary>
public sealed record LookAlikeClip
{
    /// <summary>Subject as the sheet writes it.</summary>
    public required string Subject { get; init; }

    /// <summary>The sheet's Filename.</summary>
    public required string Name { get; init; }

    /// <summary>The emotion in the sheet's spelling.</summary>
    public required string Emotion { get; init; }

    /// <summary>Number of the first frame, where the movement begins.</summary>
    public required int Onset { get; init; }

    /// <summary>Number of the frame of strongest movement.</summary>
    public required int Apex { get; init; }

    /// <summary>Number of the last frame.</summary>
    public required int Offset { get; init; }

    /// <summary>The sheet's apex cell where it errs: another number, or '/'.</summary>
    public object? SheetApex { get; init; }

    /// <summary>The sheet's offset cell where it errs.</summary>
    public int? SheetOffset { get; init; }

    /// <summary>Digits of SAMM's frame numbers, 3 to 5.</summary>
    public int Digits { get; init; }

    /// <summary>The sheet's Action Units cell.</summary>
    public required string Code { get; init; }

    /// <summary>The units the cell names, in any notation.</summary>
    public required ImmutableArray<int> CodedUnits { get; init; }

    /// <summary>What the face performs; traces that no coder would see are among it.</summary>
    public required ImmutableArray<AuMovement> Movements { get; init; }

    /// <summary>Subject and name.</summary>
    public string Id => $"{Subject}/{Name}";

    /// <summary>Number of frames on the disk.</summary>
    public int FrameCount => Offset - Onset + 1;
}
