using static MerKernel.Data.DatasetId;

namespace MerKernel.Data;

/// <summary>The known defects of the published coding sheets.</summary>
public static class Errata
{
    private const string LastFrameApex =
        "apex equals offset; a movement may be cut at its peak, so the coders' apex stands";

    private static PrintedFrames MidpointApex(PrintedFrames f) => f with { Apex = f.Onset + (f.Offset - f.Onset) / 2 };

    /// <summary>Those of CASME II.</summary>
    internal static ImmutableArray<Erratum> OfCasmeII { get; } =
    [
        new("casme2-04-EP12_01f", CasmeII, "04/EP12_01f", f => f.Apex is null, MidpointApex,
            "apex is '/' in the sheets of 2014 and 2019; the midpoint of onset and offset stands in"),
        new("casme2-05-EP09_05f", CasmeII, "05/EP09_05f", f => f.Apex == f.Onset, MidpointApex,
            "apex equals onset, which would leave no motion; the midpoint of onset and offset stands in"),
        new("casme2-05-EP16_04f", CasmeII, "05/EP16_04f", f => f.Apex == f.Offset, f => f, LastFrameApex),
        new("casme2-12-EP09_06", CasmeII, "12/EP09_06", f => f.Apex == f.Offset, f => f, LastFrameApex),
        new("casme2-20-EP16_01", CasmeII, "20/EP16_01", f => f.Apex == f.Offset, f => f, LastFrameApex),
        new("casme2-25-EP18_04f", CasmeII, "25/EP18_04f", f => f.Apex == f.Offset, f => f, LastFrameApex),
        new("casme2-16-EP01_08", CasmeII, "16/EP01_08", f => f.Offset == 110, f => f with { Offset = 96 },
            "offset 110 lies past the clip's last published frame, 96"),
    ];

    /// <summary>Those of SAMM.</summary>
    internal static ImmutableArray<Erratum> OfSamm { get; } =
    [
        new("samm-028_4_1", Samm, "028/028_4_1", f => f.Apex == 1143 && f.Offset == 1134,
            f => f with { Apex = f.Offset, Offset = f.Apex },
            "apex 1143 lies after offset 1134; the two are read as exchanged"),
        new("samm-032_3_1", Samm, "032/032_3_1", f => f.Apex == 1930, f => f with { Apex = 4930 },
            "apex 1930 lies before the onset; the first digit is read as 4"),
    ];

    /// <summary>The defects of every set; a subset of them switches the others off.</summary>
    public static ImmutableArray<Erratum> Known => AllKnown.Value;

    // Descriptions hold their errata, so these are gathered when they are first asked for.
    private static readonly Lazy<ImmutableArray<Erratum>> AllKnown = new(() =>
        [.. DatasetDescription.All.SelectMany(d => d.Errata)]);

    /// <summary>The known errata without those named.</summary>
    /// <exception cref="UserErrorException">A name is not in <see cref="Known"/>.</exception>
    public static ImmutableArray<Erratum> Except(IEnumerable<string> ids)
    {
        var off = ids.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unknown = off.Where(id => !Known.Any(e => e.Id.Equals(id, StringComparison.OrdinalIgnoreCase))).ToArray();
        if (unknown.Length > 0)
            throw new UserErrorException($"There is no erratum '{unknown[0]}'; the known ones are " +
                $"{string.Join(", ", Known.Select(e => e.Id))}.");
        return [.. Known.Where(e => !off.Contains(e.Id))];
    }
}
