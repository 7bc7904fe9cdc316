namespace MerKernel.Data;

/// <summary>Quotes of a text file that have lost their partner, so that one cell swallows the rows below it.</summary>
static class SheetQuotes
{
    private static ReadOnlySpan<byte> Separators => ",;\t|"u8;

    /// <summary>
    /// The row, from 1, in which a quote is opened that nothing closes, or that only the quote of a later row closes;
    /// null where every quote has its partner.
    /// </summary>
    /// <param name="bytes">The file, in any encoding that keeps ASCII.</param>
    public static int? Unclosed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        // The one that the file has most of, as a separator within another's cells begins none.
        var separator = Separators[0];
        foreach (var other in Separators)
            if (bytes.Count(other) > bytes.Count(separator)) separator = other;
        var (row, opened, start, spans) = (1, 0, true, false);
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = bytes[i];
            var ends = c == '\n' || (c == '\r' && (i + 1 == bytes.Length || bytes[i + 1] != '\n'));
            if (opened > 0)
            {
                spans |= ends;
                if (c != '"') continue;
                if (i + 1 < bytes.Length && bytes[i + 1] == '"')
                {
                    i++;
                    continue;
                }
                // What follows a closing quote of the same cell is its end. In a cell of several rows anything else
                // means that the quote was the next cell's.
                var next = bytes[(i + 1)..].TrimStart((byte)' ');
                if (spans && next is [not ((byte)'\n' or (byte)'\r'), ..] && next[0] != separator) return opened;
                (opened, start) = (0, false);
            }
            else if (ends) (row, start) = (row + 1, true);
            else if (c == separator) start = true;
            else if (c == '"' && start) (opened, spans) = (row, false);
            else if (c is not ((byte)' ' or (byte)'\r')) start = false;
        }
        return opened > 0 ? opened : null;
    }
}
