using System.CommandLine;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>Checks the paper's numbers against each other; needs no data.</summary>
static class AuditCommand
{
    public static Command Create()
    {
        var command = new Command("audit", "Checks the paper's numbers against each other: sample sizes, contradictions, F1 bounds, the published log.  Example: mer audit");
        command.SetAction(_ => Console.Write(AuditReport.ToMarkdown()));
        return command;
    }
}
