using System.CommandLine;

namespace MerKernel.Cli.Commands;

/// <summary>mer model: the network itself, its weights and its cost.</summary>
public static class ModelCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("model", "Weights and numbers of a network: export, forward, summary, trace.  Example: mer model summary --variant full")
    {
        ModelExportCommand.Create(),
        ModelForwardCommand.Create(),
        ModelSummaryCommand.Create(),
        ModelTraceCommand.Create(),
    };
}
