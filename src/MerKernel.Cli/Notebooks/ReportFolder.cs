using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MerKernel.Cli.Notebooks;

/// <summary>Executed notebooks beside the notebooks they came from.</summary>
/// <param name="Executed">Executed notebooks, in the order of their names.</param>
/// <param name="Missing">Names of notebooks that were not executed yet.</param>
/// <param name="Outdated">Names of notebooks whose code has changed since they were executed.</param>
sealed record ReportFolder(ImmutableArray<string> Executed, ImmutableArray<string> Missing, ImmutableArray<string> Outdated)
{
    /// <summary>results/reports of the checkout.</summary>
    public static string Default => Path.Combine(RepositoryRoot.Find(), "results", "reports");

    /// <summary>Looks into a folder.</summary>
    public static ReportFolder Of(string folder, string notebooks)
    {
        var executed = Notebooks(folder);
        var sources = Notebooks(notebooks).ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        var done = executed.ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        return new(executed, [.. sources.Keys.Except(done.Keys).Order(StringComparer.Ordinal)],
            [.. sources.Keys.Intersect(done.Keys).Where(n => Code(sources[n]) is { } now && Code(done[n]) is { } then && !now.SequenceEqual(then)).Order(StringComparer.Ordinal)]);
    }

    static ImmutableArray<string> Notebooks(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal)] : [];

    /// <summary>The code cells but for injected parameters; null for a file that is no notebook, which whoever reads it says.</summary>
    static List<string>? Code(string file)
    {
        try
        {
            return [.. from cell in JsonNode.Parse(File.ReadAllText(file))!["cells"]!.AsArray()
                       where (string?)cell!["cell_type"] == "code" && cell["metadata"]?["tags"]?.AsArray().Any(t => (string?)t == "injected-parameters") != true
                       select cell["source"] is JsonArray lines ? string.Concat(lines.Select(l => (string)l!)) : (string)cell["source"]!];
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException) { return null; }
    }
}
