namespace MerKernel.Slurm;

/// <summary>The requests to Slurm for every task; null leaves one to the site's default.</summary>
public sealed record SlurmOptions
{
    /// <summary>Partition.</summary>
    public string? Partition { get; init; }

    /// <summary>Account.</summary>
    public string? Account { get; init; }

    /// <summary>Generic resources, for example 'gpu:1'; with a GPU the tasks train on it.</summary>
    public string? Gres { get; init; }

    /// <summary>Time limit of a task.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Memory of a task in MiB.</summary>
    public required long MemoryMiB { get; init; }

    /// <summary>Processors of a task: so many of its folds are computed side by side.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>Folds of a task.</summary>
    public int FoldsPerTask { get; init; } = 1;

    /// <summary>Tasks at once; null for no limit.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>Epochs between two checkpoints of a fold; 0 for none.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Further arguments of sbatch, as they are.</summary>
    public ImmutableArray<string> SbatchArguments { get; init; } = [];

    /// <summary>Whether the tasks train on a GPU.</summary>
    public bool UsesGpu => NamesGpu(Gres);

    /// <summary>Whether generic resources, in Slurm's notation, have a GPU among them.</summary>
    public static bool NamesGpu(string? gres) => gres?.Contains("gpu", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A limit in Slurm's notation, whole minutes: 'D-HH:MM:00'.</summary>
    public static string Limit(TimeSpan time)
    {
        var minutes = (long)Math.Ceiling(time.TotalMinutes);
        return $"{minutes / 1440}-{minutes / 60 % 24:00}:{minutes % 60:00}:00";
    }
}
