using System.CommandLine;
using MerKernel.Cli.Notebooks;
using MerKernel.Data;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>Makes pages of what was executed and stored; runs nothing.</summary>
static class ReportCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var folder = new Option<string?>("--out") { Description = "folder with the executed notebooks, where the pages go (default: results/reports of the checkout)" };
        var zip = new Option<bool>("--zip") { Description = "also pack the report for sending" };
        var noPdf = new Option<bool>("--no-pdf") { Description = "do not print the front page" };
        var command = new Command("report", "Makes a page of every executed notebook and a front page with the seven tables.  Example: mer report --zip") { folder, zip, noPdf };
        options.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            bench.LoadPrepared(Enum.GetValues<DatasetId>());
            var rows = Scoring.Rows(bench);
            var report = new Report(bench, parsed.GetValue(folder) ?? ReportFolder.Default, Remark.Say);
            report.Write(rows, !parsed.GetValue(noPdf));
            if (parsed.GetValue(zip)) Console.WriteLine(report.Zip(rows));
            Console.WriteLine(report.Index);
        }));
        return command;
    }
}
