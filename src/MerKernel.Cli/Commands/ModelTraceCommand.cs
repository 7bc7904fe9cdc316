using System.CommandLine;
using MerKernel.Training;
using MerKernel.Models;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Cli.Commands;

/// <summary>mer model trace: maps, gradients and a few updates, for comparison with another implementation.</summary>
static class ModelTraceCommand
{
    public static Command Create()
    {
        var weights = new Option<string>("--weights") { Description = "safetensors file with the network's state", Required = true };
        var input = new Option<string>("--input") { Description = "safetensors file: onset and apex [batches,N,3,S,S], au [batches,N,21] float32, labels [batches,N] int64", Required = true };
        var target = new Option<string>("--out") { Description = "safetensors file to write", Required = true };
        var updates = new Option<int>("--updates") { Description = "optimiser updates", DefaultValueFactory = _ => new TraceOptions().Updates };
        var twice = new Option<bool>("--double") { Description = "compute in float64" };
        var network = new NetworkOptions();
        var command = new Command("trace", "record maps, gradients and updates of a network (used by ./mer parity)") { weights, input, target, updates, twice };
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            using var scope = NewDisposeScope();
            using var model = network.Create(parsed, seed: 0);
            ModelWeights.Load(model, parsed.GetValue(weights)!);
            var type = parsed.GetValue(twice) ? ScalarType.Float64 : ScalarType.Float32;
            model.to(type);
            var file = new NetworkInput(parsed.GetValue(input)!);
            var (onset, apex, units) = file.Batch(model, -1);
            var labels = file.Take("labels", ScalarType.Int64, onset.size(0), onset.size(1));
            var record = ModelTrace.Run(model, onset.to(type), apex.to(type), units.to(type), labels, new TraceOptions { Updates = parsed.GetValue(updates) });
            var path = parsed.GetValue(target)!;
            Safetensors.Write(path, record);
            Console.WriteLine($"{record.Count} tensors -> {path}");
            return 0;
        });
        return command;
    }
}
