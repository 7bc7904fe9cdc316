namespace MerKernel.Data;

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
/// <param name="Repair">The frames after the repair; as printed, where the clip only carries a note.</param>
/// <param name="Reason">What is wrong and why the repair is right, with its source.</param>
public sealed record Erratum(string Id, DatasetId Dataset, string Clip, Func<PrintedFrames, bool> Shows,
    Func<PrintedFrames, PrintedFrames> Repair, string Reason)
{
    /// <summary>Whether a row is the one with the defect, and still shows it.</summary>
    public bool Fits(DatasetId dataset, string clip, PrintedFrames printed) => dataset == Dataset && Shows(printed)
        && (Clip[^1] is '/' or '_'
            ? clip.StartsWith(Clip, StringComparison.OrdinalIgnoreCase)
            : clip.Equals(Clip, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The frame numbers of a row as printed; null where the cell holds no number.</summary>
/// <param name="Onset">Onset frame.</param>
/// <param name="Apex">Apex frame.</param>
/// <param name="Offset">Offset frame.</param>
public readonly record struct PrintedFrames(int? Onset, int? Apex, int? Offset);
