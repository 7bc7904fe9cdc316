using MerKernel.Synthetic;
using MerKernel.Training;

namespace MerKernel.Cli;

/// <summary>The options that make a <see cref="Workbench"/>, and the workbench they make.</summary>
/// <param name="datasets">Whether the command works on several data sets, of which --dataset chooses one.</param>
sealed class WorkbenchOptions(bool datasets = true)
{
    readonly Option<string> _profile = CommonOptions.Profile();
    readonly Option<string?> _data = CommonOptions.Data(), _store = CommonOptions.Store(),
        _weights = CommonOptions.Weights(), _precision = CommonOptions.Precision();
    readonly Option<string?> _backbone = new("--init-backbone")
    {
        Description = "safetensors file with ResNet-18 or Swin weights under torchvision's or timm's names; networks " +
            "with such a backbone start from it, and their runs are stored apart"
    };
    readonly Option<string?> _dataset = CommonOptions.DatasetAmong();
    readonly Option<string[]> _sets = CommonOptions.Sets();
    readonly Option<int[]> _seeds = CommonOptions.Seeds();
    readonly Option<int> _heldOut = CommonOptions.HeldOut(), _workers = CommonOptions.Workers();
    readonly Option<string> _device = CommonOptions.Device();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _profile, _data, _store, _seeds, _heldOut, _weights, _workers, _device, _precision, _backbone, _sets
        })
            command.Options.Add(option);
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

    public int Workers(ParseResult parsed) => parsed.GetValue(_workers) is > 0 and var workers ? workers
        : throw new UserErrorException($"--workers {parsed.GetValue(_workers)} computes nothing; name 1 or more.");

    /// <param name="parsed">The parsed command line.</param>
    /// <param name="device">Where networks will be trained, if not where --device says.</param>
    public Workbench Open(ParseResult parsed, string? device = null) => new()
    {
        Profile = Profile.Named(parsed.GetValue(_profile)!),
        DataFolder = parsed.GetValue(_data),
        Only = datasets && parsed.GetValue(_dataset) is { } one ? [CommonOptions.ParseDataset(one)] : null,
        Parts = Sets(parsed),
        WeightsFolder = parsed.GetValue(_weights),
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
}
