using System.Globalization;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>What a compared system sees of a clip and what it costs, at the profile's size.</summary>
/// <param name="Sees">Its input, in a few words.</param>
/// <param name="Parameters">Parameters of its network.</param>
/// <param name="Macs">Multiply-accumulates of one clip, forward.</param>
/// <param name="TrainingSeconds">Computing time of the stored folds, added up; null where none is stored.</param>
/// <param name="Assumed">What is not known of it and was chosen here.</param>
public sealed record SystemFacts(string Sees, long Parameters, long Macs, double? TrainingSeconds, ImmutableArray<string> Assumed)
{
    /// <summary>Headings of <see cref="Cells"/>.</summary>
    internal static ImmutableArray<string> Headings { get; } = ["system", "sees", ">parameters", ">MACs per clip", ">training, all folds"];

    /// <summary>The facts of a method on a data set, with the first seed's training time.</summary>
    public static SystemFacts Of(Workbench bench, Method method, DatasetId id)
    {
        var experiment = bench.Experiment(method, id);
        var units = experiment.ActionUnits != ActionUnitSource.None;
        var size = NetworkSize.Of(experiment, bench.Store.Derived);
        var info = new RunCatalogue(bench.Store).Of(experiment);
        var sees = method is Peer peer ? peer.Sees : $"onset, apex{(units ? ", action units of the clip" : "")}";
        return new SystemFacts(sees, size.Parameters, size.Macs, info.Finished is null ? null : info.Seconds, method is Peer known ? known.AssumedOf(experiment.Model, experiment.Training) : []);
    }

    /// <summary>The facts as cells of a table.</summary>
    /// <param name="row">The row's name.</param>
    internal IEnumerable<string> Cells(string row) => [row, Sees, Short(Parameters), Short(Macs), TrainingSeconds is { } s ? Time(s) : "–"];

    static string Short(double value) => value switch
    {
        >= 1e9 => (value / 1e9).ToString("0.00 G", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.00 M", CultureInfo.InvariantCulture),
        >= 1e3 => (value / 1e3).ToString("0.0 k", CultureInfo.InvariantCulture),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    static string Time(double seconds) => seconds >= 5400 ? $"{(seconds / 3600).ToString("0.0", CultureInfo.InvariantCulture)} h" : $"{seconds.ToString("0", CultureInfo.InvariantCulture)} s";
}
