namespace CSharpJupyter.Kernel;

/// <summary>The cells of this session, for history_request. Earlier sessions are not kept.</summary>
sealed class History
{
    readonly Lock _lock = new();
    readonly List<(int Line, string Code)> _cells = [];

    public void Add(int line, string code)
    {
        lock (_lock) _cells.Add((line, code));
    }

    public JsonObject Reply(JsonObject request)
    {
        List<(int Line, string Code)> cells;
        lock (_lock) cells = [.. _cells];
        var n = request.Number("n", int.MaxValue);
        IEnumerable<(int Line, string Code)> found = request.Text("hist_access_type", "tail") switch
        {
            "range" =>
                cells.Where(c => c.Line >= request.Number("start", 0) && c.Line < request.Number("stop", int.MaxValue)),
            "search" => Latest(cells.Where(c => Matches(request.Text("pattern", "*"), c.Code)),
                request.Flag("unique", false)).TakeLast(n),
            _ => cells.TakeLast(n),
        };
        // [session, line, input], or with output [session, line, [input, output]]; outputs are not kept.
        var output = request.Flag("output", false);
        return new()
        {
            ["status"] = "ok",
            ["history"] = new JsonArray(
            [
                .. found.Select(c => new JsonArray(0, c.Line, output ? new JsonArray(c.Code, null) : (JsonNode)c.Code))
            ]),
        };
    }

    /// <summary>Of cells with the same text only the last, where they shall be unique.</summary>
    static IEnumerable<(int Line, string Code)> Latest(IEnumerable<(int Line, string Code)> cells, bool unique) =>
        unique ? cells.GroupBy(c => c.Code).Select(g => g.Last()).OrderBy(c => c.Line) : cells;

    static bool Matches(string glob, string code) =>
        Regex.IsMatch(code, "^" + Regex.Escape(glob).Replace("\\*", ".*").Replace("\\?", ".") + "$",
            RegexOptions.Singleline | RegexOptions.NonBacktracking);
}
