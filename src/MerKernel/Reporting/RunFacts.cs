using System.Reflection;
using System.Runtime.InteropServices;
using MerKernel.Data;
using MerKernel.Training;
using Microsoft.AspNetCore.Html;
using TorchSharp;

namespace MerKernel.Reporting;

/// <summary>How a page's numbers came about.</summary>
/// <param name="Facts">Name and value of each fact, in the order they are shown.</param>
public sealed record RunFacts(ImmutableArray<(string Name, string Value)> Facts)
{
    /// <summary>The facts of a study.</summary>
    public static RunFacts Of(Study study) => new([
        .. study.Datasets.Select(id => (id.Title(), Data(study, id))),
        ("profile", study.Bench.Profile.Description),
        (study.Seeds.Length == 1 ? "seed" : "seeds", string.Join(", ", study.Seeds)),
        ("epoch protocols", string.Join("; ", study.Protocols.Select(p => p.Label))),
        ("device", $"{study.Bench.Device}, {study.Bench.Precision.Name()}"),
        .. Here(),
    ]);

    /// <summary>The machine, the versions and the commit of this process.</summary>
    public static IEnumerable<(string Name, string Value)> Here()
    {
        yield return ("machine", Machine);
        yield return ("versions", $"{RuntimeInformation.FrameworkDescription}, TorchSharp {Version(typeof(torch))}, MerKernel {Version(typeof(RunFacts))}");
        yield return ("date", $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC");
    }

    /// <summary>Processor, cores and operating system.</summary>
    public static string Machine => $"{Processor()}, {Environment.ProcessorCount} cores; {RuntimeInformation.OSDescription}";

    /// <summary>The facts as a table.</summary>
    public IHtmlContent ToHtml() => HtmlText.Facts(Facts);

    static string Data(Study study, DatasetId id)
    {
        var dataset = study.Bench.Dataset(id);
        return $"{(dataset.Synthetic ? "synthetic look-alike" : "real data")}, {dataset.Clips.Length} clips of {dataset.Subjects.Length} subjects, {dataset.Classes.Length} classes, fingerprint {dataset.Fingerprint[..12]}"
            + (study.Bench.Choices(id).ToString() is { Length: > 0 } chosen ? $"; chosen with mer data prepare: {chosen}" : "");
    }

    // The SDK writes the commit behind the version's plus sign.
    static string Version(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion is { } version
        ? version.Split('+') is [var number, { Length: >= 12 } commit] ? $"{number} (commit {commit[..12]})" : version
        : "unknown";

    static string Processor()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
