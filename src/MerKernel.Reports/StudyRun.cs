using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>One experiment of a study and how far it is.</summary>
/// <param name="Variant">The network and its training.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Hash">Hash of the experiment.</param>
/// <param name="Done">Folds stored.</param>
/// <param name="Folds">Folds in all.</param>
/// <param name="Seconds">Computing time of the stored folds, added up.</param>
/// <param name="Devices">Devices they ran on.</param>
public sealed record StudyRun(Method Variant, DatasetId Dataset, int Seed, string Hash, int Done, int Folds, double Seconds, ImmutableArray<string> Devices);
