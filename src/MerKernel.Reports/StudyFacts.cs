using System.Runtime.InteropServices;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Reports;

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

    /// <summary>Every experiment of the tables and their controls, and how many folds it has in all.</summary>
    public required ImmutableArray<(Method Method, RunInfo Info, int Subjects)> Runs { get; init; }

    /// <summary>The rows of the tables.</summary>
    public required ImmutableArray<ResultRow> Rows { get; init; }

    /// <summary>The machine the statement was written on: processor, cores, operating system, runtime.</summary>
    public required string Machine { get; init; }

    /// <summary>Gathers the facts of a workbench.</summary>
    public static StudyFacts Of(Workbench bench)
    {
        var ids = Enum.GetValues<DatasetId>();
        var datasets = ids.Select(id => DatasetFacts.Of(bench.Dataset(id))).ToImmutableArray();
        var size = NetworkSize.Of(bench.Experiment(Tables.Full, ids[0]), bench.Store.Derived);
        var catalogue = new RunCatalogue(bench.Store);
        return new StudyFacts
        {
            Profile = bench.Profile,
            Seeds = bench.Seeds,
            Parameters = size.Parameters,
            Macs = size.Macs,
            HeldOutSubjects = bench.HeldOutSubjects,
            Manifests = [.. ids.Select(id => bench.Dataset(id).Manifest).OfType<DatasetManifest>()],
            Datasets = datasets,
            Runs = [.. from work in Tables.Work(Tables.All) from seed in bench.Seeds select (work.Method, catalogue.Of(bench.Experiment(work.Method, work.Dataset, seed)), bench.Dataset(work.Dataset).Subjects.Length)],
            Rows = Scoring.Rows(bench),
            Machine = $"{Provenance.Machine}; {RuntimeInformation.FrameworkDescription}",
        };
    }
}
