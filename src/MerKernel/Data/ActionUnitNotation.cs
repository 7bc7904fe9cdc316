using System.Globalization;
using System.Text.RegularExpressions;

namespace MerKernel.Data;

/// <summary>Reads the action-unit cells of the coding sheets: '12', '4+7+L10', '(R6 or R12)+R15', '10A/B', 'ref(7B)+43', 'A/L12', 'T18'.</summary>
public static partial class ActionUnitNotation
{
    // Prefixes: L, R side; T, B top or bottom of the lip; A asymmetric; U unilateral; 'ref' coded against a reference frame.
    [GeneratedRegex(@"^(?:(?<mark>[ATBU])\s*/?\s*)?(?<side>[LR])?\s*(?<number>\d{1,2})\s*(?<intensity>[A-E](?:\s*/\s*[A-E])?)?\s*(?<doubt>\?+)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unit();

    [GeneratedRegex(@"\bor\b|\|", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Or();

    [GeneratedRegex(@"(?<!\d)\d{1,2}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    /// <summary>Reads a cell. The number is what counts; side, intensity and doubt are kept beside it.</summary>
    /// <param name="cell">The cell's text; null or blank has no units.</param>
    /// <param name="notes">Receives one sentence for every part that is not plain FACS notation, and what it was read as.</param>
    /// <returns>The units in the order of the cell; never one that was not written.</returns>
    public static ImmutableArray<ActionUnit> Parse(string? cell, ICollection<string>? notes = null)
    {
        if (string.IsNullOrWhiteSpace(cell)) return [];
        var units = ImmutableArray.CreateBuilder<ActionUnit>();
        foreach (var term in cell.Split(['+', ',', ';', '&'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
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
        if (match.Success && int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var number)
        {
            var intensity = match.Groups["intensity"];
            if (intensity.Length > 1) notes?.Add($"action unit '{text.Trim()}': intensity read as {char.ToUpperInvariant(intensity.Value[0])}");
            var side = match.Groups["side"].Value.ToUpperInvariant() switch { "L" => FaceSide.Left, "R" => FaceSide.Right, _ => FaceSide.Both };
            return [new ActionUnit(number, side, intensity.Success ? char.ToUpperInvariant(intensity.Value[0]) : null, alternative || match.Groups["doubt"].Success)];
        }
        // A unit in a notation of its own must not be lost, and prose ('soft focus') must not become one.
        var numbers = Number().Matches(bare).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture)).Where(n => n > 0).ToArray();
        notes?.Add(numbers.Length == 0
            ? $"action units: '{text.Trim()}' has no number and was passed over"
            : $"action units: '{text.Trim()}' is not FACS notation and was read as {string.Join('+', numbers)}, in doubt");
        return numbers.Select(n => new ActionUnit(n, Doubtful: true));
    }
}
