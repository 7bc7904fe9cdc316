using System.CommandLine;

namespace MerKernel.Cli.Commands;

/// <summary>mer model: the network itself, its weights and its cost.</summary>
public static class ModelCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("model", "weights and numbers of a network: export, forward, summary, trace")
    {
        ModelExportCommand.Create(),
        ModelForwardCommand.Create(),
        ModelSummaryCommand.Create(),
        ModelTraceCommand.Create(),
    };
}
