using System.Reflection;
using System.Runtime.InteropServices;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Reports;

/// <summary>How a page's numbers came about: data, profile, seeds, machine, versions.</summary>
static class Provenance
{
    /// <summary>Of a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="more">What else is to be said.</param>
    public static TextTable Of(Study study, params IEnumerable<(string Name, string Value)> more) => TextTable.Of("", [
        .. Study.Datasets.Select(id => (id.Title(), Data(study, id))),
        ("profile", study.Bench.Profile.Description),
        (study.Seeds.Length == 1 ? "seed" : "seeds", string.Join(", ", study.Seeds)),
        ("epoch protocols", string.Join("; ", study.Protocols.Select(p => p.Label))),
        ("device", $"{study.Bench.Device}, {study.Bench.Precision.Name()}"),
        ("machine", Machine),
        ("versions", $"{RuntimeInformation.FrameworkDescription}, TorchSharp {Version(typeof(torch))}, MerKernel {Version(typeof(Workbench))}"),
        ("date", $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC"),
        .. more,
    ]);

    /// <summary>Processor, cores and operating system.</summary>
    public static string Machine => $"{Processor()}, {Environment.ProcessorCount} cores; {RuntimeInformation.OSDescription}";

    static string Data(Study study, DatasetId id)
    {
        var dataset = study.Bench.Dataset(id);
        return $"{(dataset.Synthetic ? "synthetic look-alike" : "real data")}, {dataset.Clips.Length} clips of {dataset.Subjects.Length} subjects, {dataset.Classes.Length} classes, fingerprint {dataset.Fingerprint[..12]}";
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
