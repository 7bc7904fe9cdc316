using System.CommandLine;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli;

/// <summary>Options that several commands share, each made fresh because a command owns its options.</summary>
static class CommonOptions
{
    public static Option<string> Profile() => new("--profile")
    {
        Description = "tiny (seconds, for tests), small (minutes, synthetic) or paper (everything as in the paper)",
        DefaultValueFactory = _ => "small",
    };

    public static Option<string?> Data() => new("--data")
    {
        Description = "folder with CASME2/ and SAMM/ (default: data/ of the checkout)",
    };

    public static Option<string?> Store() => new("--store")
    {
        Description = "folder of the run store (default: results/runs of the checkout)",
    };

    public static Option<int> Workers() => new("--workers")
    {
        Description = "folds computed side by side; the numbers do not depend on it",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public static Option<int> Seed() => new("--seed")
    {
        Description = "seed of weights, batches and augmentation",
        DefaultValueFactory = _ => 1,
    };

    public static Option<int> HeldOut() => new("--held-out")
    {
        Description = "training subjects held out of each fold, for the held-out protocol",
    };

    public static Option<string> Dataset() => new("--dataset")
    {
        Description = "casme2 or samm",
        Required = true,
    };

    public static Option<string> Variant() => new("--variant")
    {
        Description = $"one of {string.Join(", ", Variants.WithControls.Select(v => v.Key))}",
        DefaultValueFactory = _ => "full",
    };

    public static DatasetId ParseDataset(string name) => name.ToLowerInvariant() switch
    {
        "casme2" => DatasetId.CasmeII,
        "samm" => DatasetId.Samm,
        _ => throw new UserErrorException($"--dataset {name} is not known; use casme2 or samm."),
    };
}
