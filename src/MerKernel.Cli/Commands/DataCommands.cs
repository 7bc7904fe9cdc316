using System.CommandLine;

namespace MerKernel.Cli.Commands;

/// <summary>mer data: everything between the files of a data set and the tensors.</summary>
static class DataCommands
{
    public static Command Create() => new("data", "read, check, prepare and look at CASME II and SAMM")
    {
        DataAnnotationsCommand.Create(),
        DataCheckCommand.Create(),
        DataPrepareCommand.Create(),
        DataShowCommand.Create(),
        SynthesizeCommand.Create(),
    };
}
