using System.Runtime.InteropServices;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Reporting;

/// <summary>What a model card and a reproduction statement need to know: read off the run store, nothing typed in.</summary>
public sealed record StudyFacts
{
    /// <summary>The profile.</summary>
    public required Profile Profile { get; init; }

    /// <summary>Seeds of the runs.</summary>
    public required ImmutableArray<int> Seeds { get; init; }

    /// <summary>Parameters of the full network at the profile's size.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-accumulates of the full network for one clip.</summary>
    public required long Macs { get; init; }

    /// <summary>Training subjects held out of each fold.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>What the data sets were made of: sheet, preparation, clips left out.</summary>
    public ImmutableArray<DatasetManifest> Manifests { get; init; } = [];

    /// <summary>The data sets.</summary>
    public required ImmutableArray<DatasetFacts> Datasets { get; init; }

    /// <summary>Every experiment of the tables and their controls.</summary>
    public required ImmutableArray<StudyRun> Runs { get; init; }

    /// <summary>The rows of the tables.</summary>
    public required ImmutableArray<TableRow> Rows { get; init; }

    /// <summary>The machine the statement was written on: processor, cores, operating system, runtime.</summary>
    public required string Machine { get; init; }

    /// <summary>Gathers the facts of a workbench.</summary>
    public static StudyFacts Of(Workbench bench, CancellationToken cancel = default)
    {
        var ids = bench.Datasets;
        var datasets = ids.Select(id => DatasetFacts.Of(bench.Dataset(id, cancel))).ToImmutableArray();
        var size = NetworkSize.Of(bench.Experiment(Variants.Full, ids[0], cancel), bench.Store.Derived);
        return new StudyFacts
        {
            Profile = bench.Profile,
            Seeds = bench.Seeds,
            Parameters = size.Parameters,
            Macs = size.Macs,
            HeldOutSubjects = bench.HeldOutSubjects,
            Manifests = [.. ids.Select(id => bench.Dataset(id, cancel).Manifest).OfType<DatasetManifest>()],
            Datasets = datasets,
            Runs = [.. from work in TableWork.Of(PaperTables.All) where ids.Contains(work.Dataset) from seed in bench.Seeds select Run(bench, work.Method, work.Dataset, seed, cancel)],
            Rows = BenchTables.Rows(bench, cancel: cancel),
            Machine = $"{RunFacts.Machine}; {RuntimeInformation.FrameworkDescription}",
        };
    }

    static StudyRun Run(Workbench bench, Method method, DatasetId id, int seed, CancellationToken cancel)
    {
        var (hash, subjects) = (ExperimentHash.Of(bench.Experiment(method, id, seed, cancel)), bench.Dataset(id, cancel).Subjects);
        var facts = subjects.Where(s => File.Exists(bench.Store.FoldPath(hash, s))).Select(s => bench.Store.TryReadFacts(hash, s)).ToList();
        return new StudyRun(method, id, seed, hash, facts.Count, subjects.Length, facts.Sum(f => f?.Seconds ?? 0), [.. facts.OfType<FoldFacts>().Select(f => f.Device).Distinct()]);
    }
}
