using System.Collections.Immutable;
using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Tests.Cluster;

/// <summary>Small grids whose counts can be done by hand.</summary>
static class Grids
{
    public static Dictionary<string, int> Clips { get; } = new() { ["01"] = 9, ["02"] = 1, ["03"] = 4 };

    public static GridRow Row(Change change, int seed = 1)
    {
        var experiment = change.Of(Profile.Tiny.Model) with
        {
            DatasetFingerprint = "f",
            Training = Profile.Tiny.Training,
            Seed = seed
        };
        return new GridRow(change.Key, change.Name, [2], experiment, ExperimentHash.Of(experiment));
    }

    public static GridPlan Plan(RunStore store, params GridRow[] rows) =>
        GridPlan.Of([.. rows], _ => Clips, store, new FoldCost());

    public static Submission Submission(string store, SlurmOptions? slurm = null) => new()
    {
        Profile = "tiny", Tables = [2], Seeds = [1], DataFolders = ["/shared/it's data/CASME2"],
        Cache = "/shared/cache", Store = store, Root = "/shared", Program = "/shared/mer/mer",
        Slurm = slurm ?? new SlurmOptions { Time = TimeSpan.FromMinutes(90), MemoryMiB = 2000 },
        Rounds = [new Round(7, 8)],
    };
}
