using System.Collections.Immutable;
using System.CommandLine;
using MerKernel.Cli.Display;
using MerKernel.Experiments;
using MerKernel.Training;

namespace MerKernel.Cli;

/// <summary>The options that make a <see cref="Workbench"/>, and the workbench they make.</summary>
sealed class WorkbenchOptions
{
    readonly Option<string> _profile = CommonOptions.Profile();
    readonly Option<string?> _data = CommonOptions.Data(), _store = CommonOptions.Store(), _weights = CommonOptions.Weights();
    readonly Option<int[]> _seeds = CommonOptions.Seeds();
    readonly Option<int> _heldOut = CommonOptions.HeldOut(), _workers = CommonOptions.Workers();
    readonly Option<string> _device = CommonOptions.Device(), _precision = CommonOptions.Precision();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _profile, _data, _store, _seeds, _heldOut, _weights, _workers, _device, _precision }) command.Options.Add(option);
    }

    public int Workers(ParseResult parsed) => Math.Max(1, parsed.GetValue(_workers));

    public Workbench Open(ParseResult parsed) => new()
    {
        Profile = Profile.Named(parsed.GetValue(_profile)!),
        DataFolder = parsed.GetValue(_data),
        WeightsFolder = parsed.GetValue(_weights),
        StoreFolder = parsed.GetValue(_store),
        Seeds = [.. parsed.GetValue(_seeds)!],
        HeldOutSubjects = parsed.GetValue(_heldOut),
        Device = parsed.GetValue(_device)!,
        Precision = parsed.GetValue(_precision) == "bf16" ? Precision.BFloat16 : Precision.Single,
        Preparing = new PreparationLine().Report,
        Say = Remark.Say,
    };
}
