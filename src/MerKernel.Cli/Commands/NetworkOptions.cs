using System.CommandLine;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Cli.Commands;

/// <summary>The options that say which network is meant.</summary>
sealed class NetworkOptions
{
    readonly Option<string> _variant = new("--variant") { Description = $"one of {string.Join(", ", Tables.Changes.Select(c => c.Key))}", DefaultValueFactory = _ => Tables.Full.Key };
    readonly Option<int> _size = new("--size") { Description = "side of the input in pixels", DefaultValueFactory = _ => new MerNetOptions().InputSize };
    readonly Option<int> _divisor = new("--width-divisor") { Description = "every channel count of the paper is divided by this", DefaultValueFactory = _ => 1 };
    readonly Option<int> _window = new("--window") { Description = "side of Swin's window in patches", DefaultValueFactory = _ => new MerNetOptions().WindowSize };
    readonly Option<int> _classes = new("--classes") { Description = "number of classes", DefaultValueFactory = _ => new MerNetOptions().Classes };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _variant, _size, _divisor, _window, _classes }) command.Options.Add(option);
    }

    /// <summary>Builds the network.</summary>
    public MerNet Create(ParseResult parsed, long seed) => MerNet.Create(Network(parsed), seed, SeesActionUnits(parsed));

    public bool SeesActionUnits(ParseResult parsed) => Chosen(parsed).ActionUnits != ActionUnitSource.None;

    public MerNetOptions Network(ParseResult parsed) => (MerNetOptions)Chosen(parsed).Model;

    Experiment Chosen(ParseResult parsed) => Tables.ChangeNamed(Variant(parsed)).Of(new MerNetOptions
    {
        InputSize = parsed.GetValue(_size),
        WidthDivisor = parsed.GetValue(_divisor),
        WindowSize = parsed.GetValue(_window),
        Classes = parsed.GetValue(_classes),
    });

    public string Variant(ParseResult parsed) => parsed.GetValue(_variant)!;
}
