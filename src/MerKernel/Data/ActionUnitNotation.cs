namespace MerKernel.Data;

/// <summary>
/// Reads the action-unit cells of the coding sheets: '12', '4+7+L10', '(R6 or R12)+R15', '10A/B', 'ref(7B)+43',
/// 'A/L12', 'T18', '4R+7'.
/// </summary>
public static partial class ActionUnitNotation
{
    // Prefixes: L, R side; T, B top or bottom of the lip; A asymmetric; U unilateral; AD, M a descriptor or movement of
    // the head; 'ref' coded against a reference frame. Some write the side behind the number. [0-9] and not \d, which
    // takes the digits of every script.
    [GeneratedRegex(
        @"^(?:(?<mark>AD|M|[ATBU])\s*/?\s*)?(?<side>[LR])?\s*(?<number>[0-9]{1,2})\s*(?:(?<after>[LR])?\s*(?<intensity>[A-E](?:\s*/\s*[A-E])?)?|(?<intensity>[A-E])\s*(?<after>[LR]))\s*(?<doubt>\?+)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unit();

    [GeneratedRegex(@"\bor\b|(?<=[0-9A-E?)\s])or(?=[(LR0-9\s])|\|",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Or();

    [GeneratedRegex(@"(?<![0-9])[0-9]{1,2}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    // 2010-04-07, 4/7/2010 0:00, 04:07:00, 2-Jan, Apr-10, and as East Asian programs write them; 4.1, which was 4.10 or
    // 4,1; 43E+7 as the number 4.3e8, whole or as a power of ten. 4E+12 is both, and as units what was written.
    [GeneratedRegex(
        @"^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[ T].*)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}(?: .*)?|[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?(?:\s*[AP]M)?"
            + @"|[0-9]{1,2}[-. ]+" + Month + @"(?:[-. ,]+[0-9]{2,4})?|" + Month +
            @"[-. ]+[0-9]{1,4}(?:[, ]+[0-9]{2,4})?|[0-9]+[年月].*|[0-9]+\.[0-9]*[1-9][0-9]*"
            + @"|[0-9]{3,}|[0-9]+\.[0-9]+E\+?[0-9]+)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Converted();

    private const string Month =
        @"(?:jan|f[eé][bv]|mar|mär|mrz|a[pv]r|may|mai|ju[iln]|aug|ao[uû]|sep|o[ck]t|nov|d[eé][cz])\p{L}*\.?";

    /// <summary>Whether a formula is what a spreadsheet program makes of units that begin with a sign.</summary>
    internal static bool IsSum(string formula) => Sum().IsMatch(formula);

    [GeneratedRegex("^(?=.*[+-])[+-]?[A-Z]{0,2}[0-9]{1,2}([+-][A-Z]{0,2}[0-9]{1,2})*$", RegexOptions.CultureInvariant)]
    private static partial Regex Sum();

    // Numbers that a table program wrote with a decimal: 12.0.
    [GeneratedRegex(@"^([0-9]+)\.0+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    /// <summary>
    /// Whether a cell holds a date, time or broken number that a spreadsheet program made of other text ('4/7/10'
    /// becomes 2010-04-07): no unit can be read from it.
    /// </summary>
    public static bool IsConverted(string cell) => Converted().IsMatch(PlainText.Of(cell));

    /// <summary>Reads a cell. Only the number counts; side, intensity and doubt are kept with it.</summary>
    /// <param name="cell">The cell's text; null or blank has no units.</param>
    /// <param name="notes">
    /// Receives one message for every part that is not plain FACS notation, and its reading.
    /// </param>
    /// <returns>The units in the order of the cell; never one that was not written.</returns>
    public static ImmutableArray<ActionUnit> Parse(string? cell, ICollection<string>? notes = null)
    {
        if (string.IsNullOrWhiteSpace(cell)) return [];
        cell = PlainText.Of(cell);
        if (Converted().IsMatch(cell))
        {
            notes?.Add($"action units: '{cell}' is a date, a time or a broken number, which a spreadsheet program " +
                "makes of units; no unit was read");
            return [];
        }
        var units = ImmutableArray.CreateBuilder<ActionUnit>();
        foreach (var term in Whole().Replace(cell, "$1")
            .Split(['+', ',', ';', '&'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var alternatives = Or().Split(term);
            foreach (var alternative in alternatives)
                units.AddRange(ParseUnit(alternative, alternatives.Length > 1, notes));
        }
        return units.ToImmutable();
    }

    private static IEnumerable<ActionUnit> ParseUnit(string text, bool alternative, ICollection<string>? notes)
    {
        var bare = text.Replace("ref", "", StringComparison.OrdinalIgnoreCase)
            .Replace("AU", "", StringComparison.OrdinalIgnoreCase).Trim(' ', '\t', '\u00a0', '(', ')', '[', ']', '.');
        if (bare.Length == 0) return [];
        var match = Unit().Match(bare);
        var (before, after) = (match.Groups["side"].Value.ToUpperInvariant(),
            match.Groups["after"].Value.ToUpperInvariant());
        // 'L10R' says two things.
        if (match.Success && (before.Length == 0 || after.Length == 0 || before == after)
            && int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var number)
        {
            var intensity = match.Groups["intensity"];
            if (intensity.Length > 1)
                notes?.Add(
                    $"action unit '{text.Trim()}': intensity read as {char.ToUpperInvariant(intensity.Value[0])}");
            var side = (before + after) switch
            {
                "L" or "LL" => FaceSide.Left,
                "R" or "RR" => FaceSide.Right,
                _ => FaceSide.Both
            };
            return [new ActionUnit(number, side, intensity.Success ? char.ToUpperInvariant(intensity.Value[0]) : null,
                alternative || match.Groups["doubt"].Success)];
        }
        // A unit in a notation of its own must not be lost, and prose ('soft focus') must not become one.
        var numbers = Number().Matches(bare).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))
            .Where(n => n > 0).ToArray();
        notes?.Add(numbers.Length == 0
            ? $"action units: '{text.Trim()}' has no number of a unit and was passed over"
            : $"action units: '{text.Trim()}' is not FACS notation and was read as " +
              $"{string.Join('+', numbers)}, in doubt");
        return numbers.Select(n => new ActionUnit(n, Doubtful: true));
    }
}
