using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using MerKernel.Synthetic;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Reports;

/// <summary>
/// The mark that tells the pages of one run from those of another: the full network's experiment on each data set with
/// each seed, whose hash holds data, options, seed and precision. A notebook that shows how it ran carries it unseen,
/// and a front page links only pages with its own.
/// </summary>
static partial class RunMark
{
    /// <summary>The profile and the hashes, first eight digits each.</summary>
    public static string Text(Workbench bench) => $"{bench.Profile.Name}: " +
        $"{string.Join(", ", from id in bench.Datasets from seed in bench.Seeds select $"{id.Title()} " +
                               $"{ExperimentHash.Of(Full(bench, id, seed))[..8]}")}" +
        $"{(bench.Backbone is { } file ? $", starting from {Path.GetFileName(file)}" : "")}";

    // A notebook that takes the units from every row by itself, as 27-stream-scale, is of the same run.
    static Experiment Full(Workbench bench, DatasetId id, int seed) =>
        bench.Experiment(Tables.Full, id, seed) with { ActionUnits = ActionUnitSource.Annotated };

    /// <summary>As part of a page.</summary>
    public static string Of(Workbench bench) => $"<span hidden data-mer-run=\"{HtmlText.Encode(Text(bench))}\"></span>";

    /// <summary>That of a page or an executed notebook's output; null where it has none.</summary>
    public static string? In(string html) =>
        Mark().Match(html) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    [GeneratedRegex("data-mer-run=\"([^\"]*)\"")]
    private static partial Regex Mark();
}

/// <summary>How a page's numbers came about: data, profile, seeds, machine, versions.</summary>
static class Provenance
{
    /// <summary>Of a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="datasets">Data sets in place of the study's; none takes these.</param>
    /// <param name="more">Further remarks.</param>
    public static TextTable Of(Study study, IReadOnlyCollection<DatasetId> datasets,
        params IEnumerable<(string Name, string Value)> more) =>
        TextTable.Of("How it ran", [
            .. (datasets.Count > 0 ? datasets : study.Datasets).Select(id => (id.Title(), Data(study, id))),
            ("profile", study.Bench.Profile.Description),
            .. study.Changes is { Length: > 0 } changes
                ? [("changed in it", changes)] : Array.Empty<(string, string)>(),
            (study.Seeds.Length == 1 ? "seed" : "seeds", string.Join(", ", study.Seeds)),
            .. study.Bench.Backbone is { } file
                ? [("networks with a ResNet-18 or Swin backbone start from", Path.GetFileName(file))]
                : Array.Empty<(string, string)>(),
            ("epoch protocols", string.Join("; ", study.Protocols.Select(p => p.Label))),
            ("run", RunMark.Text(study.Bench)),
            ("device", $"{study.Bench.Device}, {study.Bench.Precision.Name()}"),
            ("machine", Machine),
            .. Versions,
            ("date", $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC"),
            .. more,
        ]);

    /// <summary>Versions of the runtime, of TorchSharp and of this library with its commit.</summary>
    public static ImmutableArray<(string Name, string Value)> Versions { get; } = [("versions",
        $"{RuntimeInformation.FrameworkDescription}, TorchSharp {Version(typeof(torch))}, MerKernel {Library}")];

    /// <summary>This library's version with its commit.</summary>
    public static string Library => Version(typeof(Workbench));

    /// <summary>
    /// Processor, cores, vector instructions, which decide in what order numbers are added, and operating system.
    /// </summary>
    public static string Machine => $"{Processor()}, {Environment.ProcessorCount} cores, {Instructions}; " +
        RuntimeInformation.OSDescription;

    static string Instructions => Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";

    static string Data(Study study, DatasetId id)
    {
        var dataset = study.Bench.Dataset(id);
        return $"{(dataset.Synthetic ? "synthetic data" : "real data")}, {dataset.Clips.Length} clips of " +
            $"{FoldProtocol.CountPeople(dataset)} subjects, {dataset.Classes.Length} classes, fingerprint " +
            $"{dataset.Fingerprint[..12]}"
            + (study.Bench.Choices(id).ToString() is { Length: > 0 } chosen
                ? $"; chosen with mer data prepare: {chosen}" : "");
    }

    // The SDK writes the commit behind the version's plus sign.
    static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion is { } version
            ? version.Split('+') is [var number, { Length: >= 12 } commit]
                ? $"{number} (commit {commit[..12]})" : version
            : "unknown";

    static string Processor()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
