namespace CSharpJupyter.Dialect;

/// <summary>The options of a magic: <c>--name value</c> pairs and words; a value may be in quotes.</summary>
sealed partial class Options
{
    readonly string _magic;
    readonly Dictionary<string, string> _named = [];

    public Options(string magic, string text, params string[] known)
    {
        _magic = magic;
        string? name = null;
        foreach (var word in Words().Matches(text).Select(m => m.Value))
        {
            if (name is null && word.StartsWith("--", StringComparison.Ordinal))
            {
                name = word[2..];
                if (!known.Contains(name))
                    throw new CellFailedException("Magic",
                        $"{magic} has no option {word}; it has {string.Join(", ", known.Select(k => "--" + k))}.");
            }
            else if (name is not null)
            {
                _named[name] = Unquote(word);
                name = null;
            }
            else Rest.Add(Unquote(word));
        }
        if (name is not null) throw new CellFailedException("Magic", $"{magic}: --{name} needs a value.");
    }

    /// <summary>Words that belong to no option.</summary>
    public List<string> Rest { get; } = [];

    public string? this[string name] => _named.GetValueOrDefault(name);

    public string Need(string name) =>
        this[name] ?? throw new CellFailedException("Magic", $"{_magic} needs --{name}.");

    static string Unquote(string word) => word.Replace("\"", "");

    /// <summary>A word may contain quotes: @input:"which city?".</summary>
    [GeneratedRegex("""(?:[^\s"]|"[^"]*")+""")]
    private static partial Regex Words();
}
