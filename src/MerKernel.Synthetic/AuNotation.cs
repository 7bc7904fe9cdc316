using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>How coders write action units: the plain way, and the odd cells of the real sheets.</summary>
static class AuNotation
{
    /// <summary>An odd cell of the real sheets, the units it names, what a face performs for it, and the emotions it may carry.</summary>
    public sealed record Odd(string Code, int[] Units, (int Number, FaceSide Side)[] Performed, string CasmeII, string Samm);

    /// <summary>One cell of every kind that was seen in the real sheets.</summary>
    public static readonly ImmutableArray<Odd> All =
    [
        new("4+7+L10", [4, 7, 10], [(4, FaceSide.Both), (7, FaceSide.Both), (10, FaceSide.Left)], "disgust", "Anger"),
        new("R6A+R12", [6, 12], [(6, FaceSide.Right), (12, FaceSide.Right)], "happiness", "Happiness"),
        new("(R6 or R12)+R15", [6, 12, 15], [(12, FaceSide.Right), (15, FaceSide.Right)], "repression", "Other"),
        new("ref(7B)+43", [7, 43], [(7, FaceSide.Both), (43, FaceSide.Both)], "others", "Other"),
        new("10A/B", [10], [(10, FaceSide.Both)], "disgust", "Anger"),
        new("A/L12", [12], [(12, FaceSide.Left)], "happiness", "Happiness"),
        new("T18+39", [18, 39], [(18, FaceSide.Both), (39, FaceSide.Both)], "others", "Other"),
        new("R14A or 17A or 24A", [14, 17, 24], [(14, FaceSide.Right)], "repression", "Contempt"),
        new("R14+17+soft focus", [14, 17], [(14, FaceSide.Right), (17, FaceSide.Both)], "others", "Contempt"),
        new("14?", [14], [(14, FaceSide.Both)], "others", "Contempt"),
    ];

    /// <summary>The plain cell: numbers in order joined by '+', the side before, an intensity after where the coder gave one.</summary>
    public static string Write(IEnumerable<(int Number, FaceSide Side, char? Intensity)> units) =>
        string.Join('+', units.Select(u => $"{Prefix(u.Side)}{u.Number}{u.Intensity}"));

    static string Prefix(FaceSide side) => side switch { FaceSide.Left => "L", FaceSide.Right => "R", _ => "" };
}
