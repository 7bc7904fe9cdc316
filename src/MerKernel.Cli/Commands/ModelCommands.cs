using System.CommandLine;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>mer model: the network itself, its weights and its cost.</summary>
public static class ModelCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("model", "Weights and numbers of a network: list, export, forward, summary, trace.  Example: mer model summary --variant full")
    {
        List(),
        ModelExportCommand.Create(),
        ModelForwardCommand.Create(),
        ModelSummaryCommand.Create(),
        ModelTraceCommand.Create(),
    };

    /// <summary>One line a network: its key, whether the paper prints it, and its name; parity compares what stands here.</summary>
    static Command List()
    {
        var list = new Command("list", "list the networks that --variant names (mer model list)");
        list.SetAction(_ =>
        {
            foreach (var change in Tables.Changes) Console.WriteLine($"{change.Key}\t{(Tables.Paper.Contains(change) ? "paper" : "added")}\t{change.Name}");
        });
        return list;
    }
}
