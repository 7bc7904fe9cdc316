using MerKernel.Evaluation;

namespace MerKernel.Cli.Commands;

/// <summary>Other people's predictions under our rules.</summary>
static class ScoreCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var dataset = CommonOptions.Dataset();
        var file = new Argument<string>("predictions")
        {
            Description = "CSV file: clip, and predicted or a score for each class; optionally fold, epoch, seed"
        };
        var label = new Option<string?>("--as")
        {
            Description = "keep them under this name as a row of every table, in a file that is printed; delete the " +
                "file to remove the row (mer tables lists the rows, and the files are below predictions/ of the " +
                "run store)"
        };
        var command = new Command("score",
            "Score predictions made elsewhere, in any language.  Example: mer score predictions.csv --dataset casme2 " +
            "--as \"My system\"")
        {
            file, dataset, label
        };
        string[] refused = ["--seeds", "--held-out", "--weights", "--workers", "--device", "--precision",
            "--init-backbone"];
        options.AddTo(command, refused: refused);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            CommonOptions.RefuseAll(parsed, "nothing is trained", refused);
            using var bench = options.Open(parsed);
            var (path, name) = (parsed.GetValue(file)!, parsed.GetValue(label));
            if (!File.Exists(path))
                throw new UserErrorException(
                    $"There is no file {Path.GetFullPath(path)}; name the CSV file of predictions.");
            if (Rule.All.Any(r => r.Label == name))
                throw new UserErrorException(
                    $"'{name}' names a rule below every table; keep the predictions --as another name.");
            var data = bench.Load(CommonOptions.ParseDataset(parsed.GetValue(dataset)!), cancel);
            var predictions = Predictions.Read(path, data, bench.DataOptions());
            Terminal.Write(PredictionScores.Of(name ?? Path.GetFileNameWithoutExtension(path), predictions, data));
            if (name is null) return;
            var replaced = Replaced(KeptPredictions.PathOf(bench.Store, data, name), data);
            var kept = KeptPredictions.Keep(bench.Store, data, name, path);
            if (replaced is not null) Console.WriteLine($"'{name}' {replaced}.");
            Console.WriteLine($"Kept as '{name}' for the tables of these {data.Clips.Length} clips; delete the file " +
                $"to remove the row: {kept}");
        }));
        return command;
    }

    /// <summary>Which earlier predictions of the same name are lost; null where there are none.</summary>
    internal static string? Replaced(string kept, MerDataset data)
    {
        if (!File.Exists(kept)) return null;
        var date = File.GetLastWriteTimeUtc(kept).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        try
        {
            var earlier = Predictions.Read(kept, data);
            EpochProtocol protocol = earlier.ChoosesEpochs ? new BestTestEpoch() : EpochProtocol.Default;
            var scores = earlier.Runs
                .Select(r => Figures.Percent(Metrics.Accuracy(protocol.Apply(r.Folds).Pooled(data.Classes.Length))));
            return $"replaces the predictions of {date} UTC (accuracy {string.Join(", ", scores)} %)";
        }
        catch (UserErrorException)
        {
            return $"replaces the predictions of {date} UTC, which could not be scored any more";
        }
    }
}
