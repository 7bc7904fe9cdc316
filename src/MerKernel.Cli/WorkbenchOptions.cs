using MerKernel.Synthetic;
using MerKernel.Training;

namespace MerKernel.Cli;

/// <summary>The options that make a <see cref="Workbench"/>, and the workbench they make.</summary>
/// <param name="datasets">Whether the command works on several data sets, of which --dataset chooses one.</param>
sealed class WorkbenchOptions(bool datasets = true)
{
    readonly Option<string> _profile = new("--profile")
    {
        Description = "tiny (seconds, for tests), small (minutes, synthetic), medium (synthetic, the real counts) or " +
            "paper (everything as in the paper)",
        DefaultValueFactory = _ => "small",
    };
    readonly Option<string?> _data = CommonOptions.Data(), _store = CommonOptions.Store();
    readonly Option<string?> _weights = new("--weights")
    {
        Description = "folder with outside weights of Table 1's systems, KEY.safetensors each (default: data/weights " +
            "of the checkout; see data/README.md)"
    };
    readonly Option<string?> _backbone = new("--init-backbone")
    {
        Description = "safetensors file with ResNet-18 or Swin weights under torchvision's or timm's names; networks " +
            "with such a backbone start from it, and their runs are stored apart"
    };
    readonly Option<string?> _dataset = CommonOptions.DatasetAmong();
    readonly Option<string[]> _sets = new("--sets")
    {
        Description =
            "the data sets of --dataset composite and cross-dataset (default: casme2,samm,smic, those that are there)",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<int[]> _seeds = new("--seeds", "--seed")
    {
        Description = "seeds of weights, batches and augmentation, for example 1,2,3: every experiment once with each",
        DefaultValueFactory = _ => [1],
        CustomParser = result => ParseSeeds(string.Join(',', result.Tokens.Select(t => t.Value))),
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<int> _heldOut = new("--held-out")
    {
        Description = "validation subjects of each fold, for the held-out protocol",
    };
    readonly Option<int> _workers = new("--workers")
    {
        Description = "folds computed side by side; the numbers do not depend on it",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };
    readonly Option<string> _device = new("--device")
    {
        Description = "where networks are trained: cpu, cuda or cuda:1",
        DefaultValueFactory = _ => "cpu",
    };
    readonly Option<string?> _precision = new("--precision")
    {
        Description = "fp32, or bf16: mixed precision, faster where mer doctor says that the device has it " +
            "(default: fp32 on cpu, bf16 on cuda); runs of each are stored apart",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="workers">What --workers does there.</param>
    /// <param name="refused">Those that it refuses; its help leaves them out.</param>
    public void AddTo(Command command, string? workers = null, params IEnumerable<string> refused)
    {
        if (workers is not null) (_workers.Description, _workers.DefaultValueFactory) = (workers, null);
        _precision.AcceptOnlyFromAmong("fp32", "bf16");
        foreach (var option in new Option[]
        {
            _profile, _data, _store, _seeds, _heldOut, _weights, _workers, _device, _precision, _backbone, _sets
        })
        {
            option.Hidden = refused.Contains(option.Name);
            command.Options.Add(option);
        }
        if (datasets) command.Options.Add(_dataset);
    }

    ImmutableArray<DatasetId>? Sets(ParseResult parsed)
    {
        if (CommonOptions.ParseSets(parsed.GetValue(_sets)) is not { } sets) return null;
        var named = parsed.CommandResult.Command.Options.Any(o => o.Name == _dataset.Name)
            ? parsed.GetValue<string?>(_dataset.Name) : null;
        return named is not null && FoldProtocol.Of(CommonOptions.ParseDataset(named)) is not null ? sets
            : throw new UserErrorException("--sets names the parts of --dataset composite or cross-dataset; " +
                $"{(named is null ? "no --dataset is given" : $"--dataset {named} is one set")}.");
    }

    /// <summary>Whether the user gave a number of workers.</summary>
    public bool NamesWorkers(ParseResult parsed) => parsed.GetResult(_workers) is { Implicit: false };

    public int Workers(ParseResult parsed) => CommonOptions.Workers(parsed.GetValue(_workers), "computes");

    // The usual folder need not exist; one that is named and does not is a slip, and everything would start afresh.
    string? Weights(ParseResult parsed) => parsed.GetValue(_weights) is not { } folder || Directory.Exists(folder)
        ? parsed.GetValue(_weights)
        : throw new UserErrorException($"There is no folder {Path.GetFullPath(folder)}; name with --weights the one " +
            "that holds KEY.safetensors of the systems, or leave it out.");

    /// <param name="parsed">The parsed command line.</param>
    /// <param name="device">Where networks will be trained, if not where --device says.</param>
    public Workbench Open(ParseResult parsed, string? device = null) => new()
    {
        Profile = Profile.Named(parsed.GetValue(_profile)!),
        DataFolder = parsed.GetValue(_data),
        Only = datasets && parsed.GetValue(_dataset) is { } one ? [CommonOptions.ParseDataset(one)] : null,
        Parts = Sets(parsed),
        WeightsFolder = Weights(parsed),
        StoreFolder = parsed.GetValue(_store),
        Seeds = [.. parsed.GetValue(_seeds)!],
        HeldOutSubjects = parsed.GetValue(_heldOut),
        Backbone = parsed.GetValue(_backbone),
        Device = device ?? parsed.GetValue(_device)!,
        Precision = PrecisionNames.Named(parsed.GetValue(_precision), device ?? parsed.GetValue(_device)!),
        Synthetic = new SyntheticData(),
        Preparing = new PreparationLine().Report,
        Say = Remark.Say,
    };

    static int[] ParseSeeds(string text)
    {
        int[] seeds = [.. text.Split(',').Select(s => int.TryParse(s, out var seed)
            ? seed
            : throw new UserErrorException($"--seeds {text} is no list of numbers; write it like --seeds 1,2,3."))];
        return seeds.Distinct().Count() == seeds.Length ? seeds : throw new UserErrorException(
            $"--seeds {text} names a seed twice; a repeated run gives the same numbers, so name other ones.");
    }
}
