namespace MerKernel;

/// <summary>The probable meaning of a misspelt word.</summary>
internal static class Spelling
{
    // Letters by which a slip differs from the word meant.
    private const int MostEdits = 2;

    /// <summary>
    /// The nearest of some words that is at most two letters off, whatever its case; null where none is.
    /// </summary>
    public static string? Nearest(string text, IEnumerable<string> words) =>
        words.Select(w => (Word: w, Letters: Edits(w.ToLowerInvariant(), text.ToLowerInvariant())))
            .Where(w => w.Letters <= MostEdits && w.Letters < text.Length).OrderBy(w => w.Letters).Select(w => w.Word)
            .FirstOrDefault();

    /// <summary>Letters to change, add or drop to make one text the other (Levenshtein distance).</summary>
    public static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 1; i <= a.Length; i++)
        {
            var (before, next) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
                (before, row[j]) = (row[j],
                    next = Math.Min(before + (a[i - 1] == b[j - 1] ? 0 : 1), 1 + Math.Min(row[j], next)));
        }
        return row[^1];
    }
}
