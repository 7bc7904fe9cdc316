using System.CommandLine;

namespace MerKernel.Cli.Commands;

/// <summary>mer data: everything between the files of a data set and the tensors.</summary>
static class DataCommands
{
    public static Command Create() => new("data", "Check, prepare and show CASME II and SAMM, or write synthetic data sets like them.  Example: mer data show 01/EP02_01f --dataset casme2 --out clip.png")
    {
        DataAnnotationsCommand.Create(),
        DataCheckCommand.Create(),
        DataPrepareCommand.Create(),
        DataShowCommand.Create(),
        DataSpotCommand.Create(),
        SynthesizeCommand.Create(),
        DataTruthCommand.Create(),
    };
}
