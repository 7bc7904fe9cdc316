using System.Text;
using CsCheck;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Ways to spoil a sound file.</summary>
static class Mutations
{
    /// <summary>One of the values.</summary>
    public static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>What strangers write into fields.</summary>
    public static readonly Gen<string> Hostile = Gen.OneOf(
        One("", " ", "null", "true", "-1", "0", "1e999", "NaN", "99999999999999999999", "-9223372036854775808", "[]",
            "{}", "\"\"", "\"../../x\"", "../../../etc/passwd", "/etc/passwd",
            "..", "\\", "\"", "'", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\")",
            "@SUM(1+1)", "\u0000", "\u2028", "\ud800", "\u202e", "%2e%2e%2f", "file:///etc/passwd"),
        Gen.String, Gen.Int.Select(i => i.ToString()), Gen.Const(new string('[', 5000)),
        Gen.Const(new string('9', 400)), Gen.Const(new string('x', 20000)));

    /// <summary>Bytes changed, cut, doubled or taken out.</summary>
    public static Gen<byte[]> OfBytes(byte[] whole) =>
        Gen.Select(Gen.Int[0, 4], Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 12],
            Gen.Int[0, whole.Length - 1], Gen.Int[1, 64])
            .Select((kind, changes, at, length) =>
            {
                var bytes = (byte[])whole.Clone();
                length = Math.Min(length, bytes.Length - at);
                switch (kind)
                {
                    case 0: return bytes[..at];
                    case 1: return [.. bytes[..at], .. bytes[(at + length)..]];
                    case 2: return [.. bytes[..(at + length)], .. bytes[at..]];
                    default:
                        foreach (var (place, value) in changes) bytes[place] = value;
                        return bytes;
                }
            });

    /// <summary>
    /// Tokens of a text (words, numbers, marks) exchanged for hostile ones, for one another, or taken out.
    /// </summary>
    public static Gen<string> OfText(string whole)
    {
        var tokens = Split(whole);
        return Gen.Select(Gen.Int[0, tokens.Length - 1], Hostile, Gen.Int[0, 3],
            Gen.Int[0, tokens.Length - 1]).Array[1, 4].Select(changes =>
            {
                var changed = (string[])tokens.Clone();
                foreach (var (at, text, kind, other) in changes)
                    changed[at] = kind switch { 0 => "", 1 => tokens[other], _ => text };
                return string.Concat(changed);
            });
    }

    static string[] Split(string text)
    {
        var tokens = new List<string>();
        var token = new StringBuilder();
        foreach (var c in text)
        {
            if (token.Length > 0 && !(IsWord(c) && IsWord(token[^1]))) { tokens.Add(token.ToString()); token.Clear(); }
            token.Append(c);
        }
        return [.. tokens, token.ToString()];
    }

    static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '+';
}
