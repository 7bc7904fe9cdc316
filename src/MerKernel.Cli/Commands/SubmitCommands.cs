using System.CommandLine;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>The grid as a Slurm job array.</summary>
static class SubmitCommands
{
    public static Command Create() => new("submit", "Gives tables to a Slurm cluster, and says how far they are.  Example: mer submit status")
    {
        SubmitSlurmCommand.Create(),
        SubmitStatusCommand.Create(),
        SubmitCancelCommand.Create(),
        SubmitResubmitCommand.Create(),
        SubmitTaskCommand.Create(),
        SubmitFinishCommand.Create(),
    };

    public static Option<string?> Name() => new("--submission") { Description = "which submission (default: the latest of the run store)" };

    /// <summary>The run store that commands look for submissions beside.</summary>
    public static RunStore StoreOf(string? folder) => new Workbench { StoreFolder = folder }.Store;
}
