using System.CommandLine;
using System.Diagnostics;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;
using TorchSharp;

namespace MerKernel.Cli.Commands;

/// <summary>One fold, epoch by epoch; nothing is stored unless it is the experiment's own length.</summary>
static class TrainCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var (dataset, variant) = (CommonOptions.Dataset(), CommonOptions.Variant());
        var fold = new Option<string>("--fold") { Description = "the subject left out, for example 01 (CASME II) or 006 (SAMM)", Required = true };
        var epochs = new Option<int?>("--epochs") { Description = "train this many epochs instead of the profile's" };
        var backbone = new Option<string?>("--init-backbone") { Description = "safetensors file with ResNet-18 or Swin weights under torchvision's or timm's names to start from" };
        var weights = new Option<string?>("--save-weights") { Description = "safetensors file for the trained network's state" };
        var command = new Command("train", "Trains a single fold.  Example: mer train --profile paper --dataset casme2 --fold 17 --epochs 1") { dataset, variant, fold, epochs, backbone, weights };
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            if (parsed.GetValue(epochs) is < 1 and var few) throw new UserErrorException($"--epochs {few} trains nothing; give 1 or more.");
            using var bench = options.Open(parsed);
            var (chosen, id) = (Tables.Named(parsed.GetValue(variant)!), CommonOptions.ParseDataset(parsed.GetValue(dataset)!));
            if (bench.Seeds.Length > 1) throw new UserErrorException("mer train trains one fold with one seed; give one, or use mer loso for several.");
            var device = ComputeDevice.Named(bench.Device);
            var data = bench.Load(id, cancel);
            var experiment = bench.Experiment(chosen, id);
            if (parsed.GetValue(epochs) is { } count) experiment = experiment with { Training = experiment.Training with { Epochs = count } };
            torch.set_num_threads(options.Workers(parsed));

            var clock = Stopwatch.StartNew();
            var result = FoldRun.Train(experiment, data, parsed.GetValue(fold)!, device,
                e => Console.WriteLine($"epoch {e.Epoch}/{e.Epochs}  loss {e.Loss:0.0000}  {clock.Elapsed.TotalSeconds:0.0} s"), cancel,
                started: parsed.GetValue(backbone) is { } start ? network => ModelExportCommand.Print(BackboneWeights.Load(network as MerNet ?? throw new UserErrorException($"--init-backbone starts the paper's networks; {chosen.Key} has no ResNet-18 or Swin under their names."), start)) : null,
                finished: parsed.GetValue(weights) is { } target ? network => ModelWeights.Save(network, target) : null);
            Show(result, data);
            return 0;
        }));
        return command;
    }

    static void Show(FoldPrediction fold, Data.MerDataset data)
    {
        for (var i = 0; i < fold.Clips.Length; i++)
        {
            var logits = fold.Logits[^1][i];
            Console.WriteLine($"{fold.Clips[i],-24} {data.Classes[fold.Labels[i]],-12} predicted {data.Classes[logits.IndexOf(logits.Max())]}");
        }
        var right = Enumerable.Range(0, fold.Clips.Length).Count(i => fold.Logits[^1][i].IndexOf(fold.Logits[^1][i].Max()) == fold.Labels[i]);
        Console.WriteLine($"{right} of {fold.Clips.Length} right after the last epoch ({(data.Synthetic ? "synthetic" : "real")} data)");
    }
}
