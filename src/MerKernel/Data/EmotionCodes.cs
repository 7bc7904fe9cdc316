namespace MerKernel.Data;

/// <summary>
/// Emotions that a sheet has in words and in numbers, as DFME's: the rows themselves tell which number belongs to which
/// word.
/// </summary>
internal sealed class EmotionCodes
{
    private readonly Dictionary<string, string> ofWord, ofCode;

    /// <summary>Learns from all rows: what most rows of a word or number have counts.</summary>
    public EmotionCodes(IReadOnlyCollection<SheetRecord> rows)
    {
        (ofWord, ofCode) = (Most(Word, Code), Most(Code, Word));

        Dictionary<string, string> Most(Func<SheetRecord, string> key, Func<SheetRecord, string> value) => rows
            .Where(r => key(r).Length > 0 && value(r).Length > 0).GroupBy(key)
            .ToDictionary(g => g.Key, g => g.CountBy(value).MaxBy(v => v.Value).Key);
    }

    /// <summary>Why a row's number is not that of its word, as the end of a message; null where it is.</summary>
    public string? Contradiction(SheetRecord row) =>
        ofCode.TryGetValue(Code(row), out var word) && word != Word(row) && ofWord.TryGetValue(Word(row), out var code)
            && code != Code(row)
            ? $"has the emotion '{row["emotion"]}' and the number {Code(row)}, which other rows have for {word}; " +
              "correct the wrong one"
            : null;

    private static string Word(SheetRecord row) => row["emotion"].ToLowerInvariant();

    private static string Code(SheetRecord row) => row["emotionid"];
}
