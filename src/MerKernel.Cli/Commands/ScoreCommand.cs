using System.CommandLine;
using MerKernel.Cli.Display;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>Other people's predictions under our rules.</summary>
static class ScoreCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var dataset = CommonOptions.Dataset();
        var file = new Argument<string>("predictions") { Description = "CSV file: clip, and predicted or a score for each class; optionally fold, epoch, seed" };
        var label = new Option<string?>("--as") { Description = "keep them under this name as a row of every table" };
        var command = new Command("score", "Score predictions made elsewhere, in any language.  Example: mer score predictions.csv --dataset casme2 --as \"My system\"") { file, dataset, label };
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            var (path, name) = (parsed.GetValue(file)!, parsed.GetValue(label));
            if (!File.Exists(path)) throw new UserErrorException($"There is no file {Path.GetFullPath(path)}; name the CSV file of predictions.");
            var data = bench.Load(CommonOptions.ParseDataset(parsed.GetValue(dataset)!), cancel);
            var predictions = Predictions.Read(path, data);
            Terminal.Write(PredictionScores.Of(name ?? Path.GetFileNameWithoutExtension(path), predictions, data));
            if (name is not null) Console.WriteLine($"Kept as '{name}' for the tables of these {data.Clips.Length} clips; who deletes the file takes it out again: {KeptPredictions.Keep(bench.Store, data, name, path)}");
        }));
        return command;
    }
}
