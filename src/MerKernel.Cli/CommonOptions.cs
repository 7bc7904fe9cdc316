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

    public static Option<string> Profile() => new("--profile")
    {
        Description = "tiny (seconds, for tests), small (minutes, synthetic), medium (synthetic, the real counts) or " +
            "paper (everything as in the paper)",
        DefaultValueFactory = _ => "small",
    };

    /// <param name="usual">The default, in words.</param>
    public static Option<string?> Data(
        string usual = "data/ for the paper profile, synthetic data for the others") => new("--data")
        {
            Description = $"folder with CASME2/ and SAMM/ (default: {usual})",
        };

    public static Option<string?> Weights() => new("--weights")
    {
        Description = "folder with outside weights of Table 1's systems, KEY.safetensors each (default: data/weights " +
            "of the checkout; see data/README.md)"
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

    public static Option<int[]> Seeds() => new("--seeds", "--seed")
    {
        Description = "seeds of weights, batches and augmentation, for example 1,2,3: every experiment once with each",
        DefaultValueFactory = _ => [1],
        CustomParser = result => ParseSeeds(string.Join(',', result.Tokens.Select(t => t.Value))),
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<string> Device() => new("--device")
    {
        Description = "where networks are trained: cpu, cuda or cuda:1",
        DefaultValueFactory = _ => "cpu",
    };

    public static Option<string?> Precision()
    {
        var option = new Option<string?>("--precision")
        {
            Description = "fp32, or bf16: mixed precision, faster where mer doctor says that the device has it " +
                "(default: fp32 on cpu, bf16 on cuda); runs of each are stored apart",
        };
        option.AcceptOnlyFromAmong("fp32", "bf16");
        return option;
    }

    public static Option<int> HeldOut() => new("--held-out")
    {
        Description = "validation subjects of each fold, for the held-out protocol",
    };

    public static Option<string> Dataset() => new("--dataset")
    {
        Description = $"one of {DatasetNames.Keys}",
        Required = true,
    };

    /// <summary>The parts of composite and cross-dataset.</summary>
    public static Option<string[]> Sets() => new("--sets")
    {
        Description =
            "the data sets of --dataset composite and cross-dataset (default: casme2,samm,smic, those that are there)",
        AllowMultipleArgumentsPerToken = true,
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

    static int[] ParseSeeds(string text)
    {
        int[] seeds = [.. text.Split(',').Select(s => int.TryParse(s, out var seed)
            ? seed
            : throw new UserErrorException($"--seeds {text} is no list of numbers; write it like --seeds 1,2,3."))];
        return seeds.Distinct().Count() == seeds.Length ? seeds : throw new UserErrorException(
            $"--seeds {text} names a seed twice; a repeated run gives the same numbers, so name other ones.");
    }

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
