using System.Globalization;

namespace MerKernel.Data;

/// <summary>Text as an East Asian input method or another script writes it, in the characters that the sheets' notation has.</summary>
static class PlainText
{
    /// <summary>
    /// Digits of every script become 0 to 9, full-width letters and signs their ASCII twins, blanks of every kind a blank; the ends are trimmed.
    /// The rest stays.
    /// </summary>
    public static string Of(string text)
    {
        if (text.All(char.IsAscii)) return text.Trim();
        var plain = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (System.Text.Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber) plain.Append((int)System.Text.Rune.GetNumericValue(rune));
            else if (rune.Value is >= 0xFF01 and <= 0xFF5E) plain.Append((char)(rune.Value - 0xFEE0));
            else if (System.Text.Rune.IsWhiteSpace(rune)) plain.Append(' ');
            else if (rune.Value == 0x3001) plain.Append(',');
            else plain.Append(rune.ToString());
        }
        return plain.ToString().Trim();
    }
}
