using System.Diagnostics;
using MerKernel.Evaluation;
using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;
using TorchSharp;

namespace MerKernel.Cli.Commands;

/// <summary>
/// One fold, epoch by epoch; it is kept as mer loso would keep it, unless something makes it another experiment's.
/// </summary>
static class TrainCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var (dataset, variant) = (CommonOptions.Dataset(), CommonOptions.Variant());
        var fold = new Option<string>("--fold")
        {
            Description = "the subject left out, for example 01 (CASME II) or 006 (SAMM)", Required = true
        };
        var epochs = new Option<int?>("--epochs") { Description = "train this many epochs instead of the profile's" };
        var weights = new Option<string?>("--save-weights")
        {
            Description = "safetensors file for the trained network's state"
        };
        var command = new Command("train",
            "Train one fold; it is kept where nothing differs from the profile.  Example: mer train --profile paper " +
            "--dataset casme2 --fold 17 --epochs 1")
        {
            dataset, variant, fold, epochs, weights
        };
        options.AddTo(command, "threads of the fold (default: 1); with more it is not kept, since they add in " +
            "another order");
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            if (parsed.GetValue(epochs) is < 1 and var few)
                throw new UserErrorException($"--epochs {few} trains nothing; give 1 or more.");
            var target = parsed.GetValue(weights) is { } given
                ? OutputFile.Of("--save-weights", given, ".safetensors") : null;
            using var bench = options.Open(parsed);
            _ = Tables.Named(parsed.GetValue(variant)!);
            var id = CommonOptions.ParseDataset(parsed.GetValue(dataset)!);
            if (bench.Seeds.Length > 1)
                throw new UserErrorException(
                    "mer train trains one fold with one seed; give one, or use mer loso for several.");
            var device = ComputeDevice.Named(bench.Device);
            var data = bench.Load(id, cancel);
            var chosen = CommonOptions.Variant(parsed, variant, data);
            if (bench.Lacks(chosen, id) is { } lack)
                throw new UserErrorException(
                    $"{lack} Take a network without them, for example --variant {Tables.WithoutActionUnits.Key}.");
            var subject = data.Subject(parsed.GetValue(fold)!);
            var experiment = bench.Experiment(chosen, id);
            var hash = ExperimentHash.Of(experiment);
            if (parsed.GetValue(epochs) is { } count)
                experiment = experiment with { Training = experiment.Training with { Epochs = count } };
            // A fold that is kept has the bytes that mer loso gives it, whose workers have one thread each.
            var threads = options.NamesWorkers(parsed) ? options.Workers(parsed) : 1;
            var differs = ExperimentHash.Of(experiment) != hash ? "--epochs differs from the profile's"
                : threads > 1 ? "--workers above 1 adds in another order" : null;
            torch.set_num_threads(threads);
            if (differs is not null) Console.Error.WriteLine($"mer: the fold will not be kept: {differs}.");

            var clock = Stopwatch.StartNew();
            var before = differs is null ? bench.Store.TryRead(hash, subject) : null;
            if (before is not null && target is null)
            {
                Show(before, data);
                Console.WriteLine(
                    $"This fold was stored before and is not trained again: {bench.Store.FoldPath(hash, subject)}");
                return 0;
            }
            if (target is not null) AtomicFile.Demand(target);
            var result = FoldRun.Train(experiment, data, subject, device,
                e => Console.WriteLine(
                    $"epoch {e.Epoch}/{e.Epochs}  loss {e.Loss:0.0000}  {clock.Elapsed.TotalSeconds:0.0} s"), cancel,
                started: experiment.StartsFrom is { Path: { } start }
                    ? network => ModelExportCommand.Print(BackboneWeights.Load((MerNet)network, start)) : null,
                finished: target is not null ? (network, detector) =>
                {
                    using var fitted = FittedModel.Of(experiment, data, network, detector,
                        FoldRun.Split(experiment, data, subject).Train);
                    fitted.Save(target);
                }
            : null);
            Show(result, data);
            // Another processor's fold has other bytes: the stored one stays, as in mer loso.
            if (differs is null && before is null)
            {
                bench.Store.Save(experiment, data.Manifest);
                bench.Store.Save(hash, result,
                    new FoldFacts(clock.Elapsed.TotalSeconds, DateTime.UtcNow, device.ToString()));
            }
            Console.WriteLine(differs is null
                ? $"{(before is null ? "Kept for loso and reproduce" : "Stored before, and left as it is")}: " +
                    bench.Store.FoldPath(hash, subject)
                : $"Not kept: {differs}.");
            return 0;
        }));
        return command;
    }

    static void Show(FoldPrediction fold, MerDataset data)
    {
        var last = fold.At(fold.Logits.Length - 1);
        for (var i = 0; i < last.Clips.Length; i++)
            Console.WriteLine($"{last.Clips[i],-24} {data.Classes[last.Labels[i]],-12} predicted " +
                data.Classes[last.Predictions[i]]);
        var right = last.Labels.Zip(last.Predictions).Count(p => p.First == p.Second);
        Console.WriteLine($"{right} of {fold.Clips.Length} right after the last epoch " +
            $"({(data.Synthetic ? "synthetic" : "real")} data)");
    }
}
