using System.CommandLine;
using MerKernel.Models;
using MerKernel.Weights;
using static TorchSharp.torch;

namespace MerKernel.Cli.Commands;

/// <summary>mer model forward: the output of given weights for given input.</summary>
static class ModelForwardCommand
{
    public static Command Create()
    {
        var weights = new Option<string>("--weights") { Description = "safetensors file with the network's state", Required = true };
        var input = new Option<string>("--input") { Description = "safetensors file: onset and apex [N,3,S,S] float32, normalised; au [N,21] float32", Required = true };
        var target = new Option<string>("--out") { Description = "safetensors file to write: logits [N,classes]", Required = true };
        var features = new Option<bool>("--features") { Description = "also write motion_map (F_M), position_map (F_POS) and each block's attention maps" };
        var network = new NetworkOptions();
        var command = new Command("forward", "Run a network in evaluation mode.  Example: mer model forward --weights w.safetensors --input in.safetensors --out out.safetensors") { weights, input, target, features };
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using var model = network.Create(parsed, seed: 0);
            ModelWeights.Load(model, parsed.GetValue(weights)!);
            model.eval();
            var (onset, apex, units) = new NetworkInput(parsed.GetValue(input)!).Batch(model);
            var result = MerNetFeatures.Of(model, new ClipBatch(onset, apex, units)).Named().ToDictionary(pair => pair.Name, pair => pair.Tensor);
            if (!parsed.GetValue(features)) result = new() { ["logits"] = result["logits"] };
            var path = parsed.GetValue(target)!;
            Safetensors.Write(path, result);
            Console.WriteLine($"{string.Join(", ", result.Keys)} of {onset.size(0)} samples -> {path}");
            return 0;
        });
        return command;
    }
}
