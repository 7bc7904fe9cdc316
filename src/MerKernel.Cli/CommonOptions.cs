using System.CommandLine.Parsing;

namespace MerKernel.Cli;

/// <summary>Options that several commands share, each made fresh because a command owns its options.</summary>
static class CommonOptions
{
    /// <summary>Refuses options that a command would not heed, each with the reason.</summary>
    /// <exception cref="UserErrorException">One of them is given.</exception>
    public static void Refuse(ParseResult parsed, params IEnumerable<(string Name, string Reason)> options)
    {
        foreach (var (name, reason) in options)
            if (parsed.GetResult(name) is OptionResult { Implicit: false })
                throw new UserErrorException($"{name} has no effect here: {reason}. Leave it out.");
    }

    /// <summary>Refuses options that all have no effect for one reason.</summary>
    /// <exception cref="UserErrorException">One of them is given.</exception>
    public static void RefuseAll(ParseResult parsed, string reason, params IEnumerable<string> names) =>
        Refuse(parsed, names.Select(n => (n, reason)));

    /// <param name="usual">The default, in words.</param>
    public static Option<string?> Data(
        string usual = "data/ for the paper profile where it holds them, else synthetic data") => new("--data")
        {
            Description = $"folder with CASME2/ and SAMM/ (default: {usual})",
        };

    public static Option<string?> Store() => new("--store")
    {
        Description = "folder of the run store (default: results/runs of the checkout)",
    };

    public static Option<string> Dataset() => new("--dataset")
    {
        Description = $"one of {DatasetNames.Keys}",
        Required = true,
    };

    /// <summary>The data sets of --sets; null where it is not given.</summary>
    public static ImmutableArray<DatasetId>? ParseSets(string[]? names)
    {
        if (names is not { Length: > 0 }) return null;
        ImmutableArray<DatasetId> ids = [.. names.SelectMany(n =>
            n.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(ParseDataset)];
        return ids.Distinct().Count() == ids.Length
            ? ids
            : throw new UserErrorException($"--sets {string.Join(',', names)} names a data set twice.");
    }

    /// <summary>For commands that work on whatever data sets are there.</summary>
    public static Option<string?> DatasetAmong() => new("--dataset")
    {
        Description =
            $"only this data set: one of {DatasetNames.Keys} (default: casme2 and samm, where they are there)",
    };

    public static Option<string> Variant() => new("--variant")
    {
        Description = $"one of {string.Join(", ", Tables.Methods.Select(m => m.Key))}",
        DefaultValueFactory = _ => "full",
    };

    /// <summary>A number of workers.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static int Workers(int count, string does) => count > 0 ? count
        : throw new UserErrorException($"--workers {count} {does} nothing; name 1 or more.");

    public static DatasetId ParseDataset(string name) =>
        DatasetNames.TryNamed(name.ToLowerInvariant())
            ?? throw new UserErrorException($"--dataset {name} is not known; use one of {DatasetNames.Keys}.");

    /// <summary>
    /// The method that is run: the one named, else the full network, or on a data set without action units the network
    /// without.
    /// </summary>
    public static Method Variant(ParseResult parsed, Option<string> variant, MerDataset data)
    {
        if (data.HasActionUnits || parsed.GetResult(variant) is { Implicit: false })
            return Tables.Named(parsed.GetValue(variant)!);
        Remark.Say($"{data.Title} has clips without action units; the {Tables.WithoutActionUnits.Name} is run.");
        return Tables.WithoutActionUnits;
    }
}
