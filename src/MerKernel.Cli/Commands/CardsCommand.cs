using System.CommandLine;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>Writes the model card and the reproduction statement from what is stored.</summary>
static class CardsCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var command = new Command("cards", "Writes the model card and the reproduction statement from what is stored.  Example: mer cards --profile small");
        options.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            bench.LoadPrepared(Enum.GetValues<DatasetId>());
            var study = StudyFacts.Of(bench);
            var folder = Path.Combine(Path.GetDirectoryName(bench.Store.Folder)!, "reports");
            foreach (var (name, text) in new[] { ("model-card.md", ModelCard.ToMarkdown(study)), ("reproduction-statement.md", ReproductionStatement.ToMarkdown(study)) })
            {
                AtomicFile.Write(Path.Combine(folder, name), text);
                Console.WriteLine(Path.Combine(folder, name));
            }
        }));
        return command;
    }
}
