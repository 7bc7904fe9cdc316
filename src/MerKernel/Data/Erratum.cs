namespace MerKernel.Data;

/// <summary>The repair of a known defect of a coding sheet.</summary>
public enum FrameRepair
{
    /// <summary>The apex becomes the frame midway between onset and offset.</summary>
    MidpointApex,

    /// <summary>The apex becomes <see cref="Erratum.Frame"/>.</summary>
    ReplaceApex,

    /// <summary>The onset becomes <see cref="Erratum.Frame"/>.</summary>
    ReplaceOnset,

    /// <summary>The offset becomes <see cref="Erratum.Frame"/>.</summary>
    ReplaceOffset,

    /// <summary>Apex and offset change places.</summary>
    SwapApexAndOffset,

    /// <summary>Nothing is changed; the clip carries a note.</summary>
    Keep,
}

/// <summary>
/// A known defect of a coding sheet and its repair. It applies only where the sheet still shows the defect.
/// </summary>
/// <param name="Id">Name by which it is switched off, for example 'casme2-04-EP12_01f'.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Clip">
/// The clip's <see cref="Data.Clip.Id"/>; its beginning, where that ends in a slash or underscore and
/// <paramref name="Shows"/> tells the row.
/// </param>
/// <param name="Shows">The defect, in terms of the row as printed.</param>
/// <param name="Repair">The repair.</param>
/// <param name="Frame">
/// The frame number that <see cref="FrameRepair.ReplaceApex"/> and <see cref="FrameRepair.ReplaceOffset"/> set.
/// </param>
/// <param name="Reason">What is wrong and why the repair is right, with its source.</param>
public sealed record Erratum(string Id, DatasetId Dataset, string Clip, Func<PrintedFrames, bool> Shows,
    FrameRepair Repair, int Frame, string Reason)
{
    /// <summary>Whether a row is the one with the defect, and still shows it.</summary>
    public bool Fits(DatasetId dataset, string clip, PrintedFrames printed) => dataset == Dataset && Shows(printed)
        && (Clip[^1] is '/' or '_'
            ? clip.StartsWith(Clip, StringComparison.OrdinalIgnoreCase)
            : clip.Equals(Clip, StringComparison.OrdinalIgnoreCase));

    /// <summary>The frames after the repair.</summary>
    public PrintedFrames Repaired(PrintedFrames printed) => Repair switch
    {
        FrameRepair.MidpointApex => printed with { Apex = printed.Onset + (printed.Offset - printed.Onset) / 2 },
        FrameRepair.ReplaceApex => printed with { Apex = Frame },
        FrameRepair.SwapApexAndOffset =>
            printed with { Apex = printed.Offset, Offset = printed.Apex ?? printed.Offset },
        FrameRepair.ReplaceOnset => printed with { Onset = Frame },
        FrameRepair.ReplaceOffset => printed with { Offset = Frame },
        _ => printed,
    };
}

/// <summary>The frame numbers of a row as printed; null where the cell holds no number.</summary>
/// <param name="Onset">Onset frame.</param>
/// <param name="Apex">Apex frame.</param>
/// <param name="Offset">Offset frame.</param>
public readonly record struct PrintedFrames(int? Onset, int? Apex, int? Offset);
