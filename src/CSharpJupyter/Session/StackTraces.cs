namespace CSharpJupyter.Session;

/// <summary>
/// Turns an exception into the lines a notebook shows: message, then the frames down to the cell, named like In[3]:2.
/// </summary>
static partial class StackTraces
{
    public static List<string> Lines(Exception e)
    {
        var lines = new List<string>();
        for (Exception? at = e; at is not null; at = at.InnerException)
        {
            lines.Add((at == e ? "" : "caused by ") + $"{at.GetType().FullName}: {at.Message}");
            lines.AddRange(Frames(at.StackTrace ?? ""));
        }
        return lines;
    }

    static IEnumerable<string> Frames(string trace)
    {
        foreach (var frame in trace.Split('\n').Select(l => l.TrimEnd()))
        {
            // Frames below the cell are this kernel's machinery.
            if (frame.Contains("at CSharpJupyter.Session.")) yield break;
            if (frame.Contains("at CSharpJupyter.") || frame.StartsWith("--- End of stack trace")
                || frame.Contains("System.Runtime.CompilerServices.TaskAwaiter") || frame == "")
                continue;
            yield return CellLine().Replace(CellClass().Replace(frame, "at "), "In[$1]:$2");
        }
    }

    /// <summary>The first cell line named in the trace, like In[3]:2, or null.</summary>
    public static string? Place(Exception e) =>
        CellLine().Match(e.StackTrace ?? "") is { Success: true } m ? $"In[{m.Groups[1]}]:{m.Groups[2]}" : null;

    [GeneratedRegex(@"In\[(\d+)\]:line (\d+)")]
    private static partial Regex CellLine();

    [GeneratedRegex(@"at Cell\d+\.(<<Initialize>>d__\d+\.MoveNext\(\)( in )?)?")]
    private static partial Regex CellClass();
}
