using System.CommandLine;
using System.Globalization;
using MerKernel.Models;

namespace MerKernel.Cli.Commands;

/// <summary>mer model summary: parameters and multiply-accumulates per layer.</summary>
static class ModelSummaryCommand
{
    public static Command Create()
    {
        var network = new NetworkOptions();
        var command = new Command("summary", "print parameters and MACs per layer (mer model summary --variant full)");
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            var summary = ModelSummary.Of(network.Network(parsed), network.SeesActionUnits(parsed));
            Row("layer", "type", "output of one sample", "parameters", "MACs");
            foreach (var layer in summary.Layers) Row(layer.Name, layer.Kind, $"[{string.Join(", ", layer.Output)}]", Count(layer.Parameters), Count(layer.Macs));
            Row("total", "", "", Count(summary.Parameters), Count(summary.Macs));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{summary.Parameters / 1e6:0.0} M parameters, {summary.Macs / 1e9:0.00} GMAC a sample (convolutions, linear layers, attention products)"));
            return 0;
        });
        return command;
    }

    static void Row(string layer, string kind, string output, string parameters, string macs) =>
        Console.WriteLine($"{layer,-58} {kind,-17} {output,-22} {parameters,12} {macs,15}");

    static string Count(long value) => value == 0 ? "-" : value.ToString("N0", CultureInfo.InvariantCulture);
}
