using System.CommandLine;
using MerKernel.Models;
using MerKernel.Weights;

namespace MerKernel.Cli.Commands;

/// <summary>mer model export: the weights a seed gives, in a safetensors file.</summary>
static class ModelExportCommand
{
    public static Command Create()
    {
        var seed = new Option<long>("--seed") { Description = "seed of the weights", DefaultValueFactory = _ => 1 };
        var target = new Option<string>("--out") { Description = "safetensors file to write", Required = true };
        var backbone = new Option<string?>("--init-backbone") { Description = "safetensors file with ResNet-18 or Swin weights under torchvision's or timm's names" };
        var network = new NetworkOptions();
        var command = new Command("export", "Write a network's weights as safetensors.  Example: mer model export --variant full --seed 1 --out w.safetensors") { seed, target, backbone };
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            using var model = network.Create(parsed, parsed.GetValue(seed));
            if (parsed.GetValue(backbone) is { } file) Print(BackboneWeights.Load(model, file));
            var path = parsed.GetValue(target)!;
            ModelWeights.Save(model, path);
            Console.WriteLine($"{network.Variant(parsed)}: {model.state_dict().Count} tensors, {model.parameters().Sum(p => p.numel()):N0} parameters -> {path}");
            return 0;
        });
        return command;
    }

    /// <summary>Lists the tensors that a backbone file set, and the others.</summary>
    public static void Print(BackboneReport report)
    {
        Console.WriteLine($"loaded {report.Loaded.Length} tensors:");
        foreach (var (name, source) in report.Loaded) Console.WriteLine($"  {name} <- {source}");
        Console.WriteLine($"in the file but not used, {report.Ignored.Length}:");
        foreach (var (source, reason) in report.Ignored) Console.WriteLine($"  {source}: {reason}");
        Console.WriteLine($"in the network's backbones but not in the file, so random, {report.Untouched.Length}:");
        foreach (var name in report.Untouched) Console.WriteLine($"  {name}");
    }
}
