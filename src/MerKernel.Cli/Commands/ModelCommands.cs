using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Cli.Commands;

/// <summary>mer model: the network itself, its weights and its cost.</summary>
public static class ModelCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() =>
        new("model", "List, summarise, export and run networks.  Example: mer model summary --variant full")
        {
            List(),
            ModelExportCommand.Create(),
            ModelForwardCommand.Create(),
            ModelSummaryCommand.Create(),
            ModelTraceCommand.Create(),
        };

    /// <summary>
    /// One line per network: its key, whether the paper prints it, and its name; parity compares these lines.
    /// </summary>
    static Command List()
    {
        var list = new Command("list", "List the networks that --variant names.  Example: mer model list");
        list.SetAction(_ =>
        {
            foreach (var change in Tables.Changes)
                Console.WriteLine(
                    $"{change.Key}\t{(Tables.Paper.Contains(change) ? "paper" : "added")}\t{change.Name}");
        });
        return list;
    }
}

/// <summary>mer model summary: parameters and multiply-accumulates per layer.</summary>
static class ModelSummaryCommand
{
    public static Command Create()
    {
        var network = new NetworkOptions();
        var command = new Command("summary",
            "Print parameters and MACs per layer.  Example: mer model summary --variant full");
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            var summary = ModelSummary.Of(network.Network(parsed), network.SeesActionUnits(parsed));
            Terminal.Write(Displays.Layers(summary));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{summary.Parameters / 1e6:0.0} M parameters, {Figures.Macs(summary.Macs)} per sample (convolutions, linear layers, attention products)"));
            return 0;
        });
        return command;
    }
}

/// <summary>mer model trace: maps, gradients and a few updates, for comparison with another implementation.</summary>
static class ModelTraceCommand
{
    public static Command Create()
    {
        var weights = new Option<string>("--weights")
        {
            Description = "safetensors file with the network's state", Required = true
        };
        var input = new Option<string>("--input")
        {
            Description = "safetensors file: onset and apex [batches,N,3,S,S], au [batches,N,21] float32, labels " +
                "[batches,N] int64",
            Required = true
        };
        var target = new Option<string>("--out") { Description = "safetensors file to write", Required = true };
        var updates = new Option<int>("--updates")
        {
            Description = "optimiser updates", DefaultValueFactory = _ => new TraceOptions().Updates
        };
        var twice = new Option<bool>("--double") { Description = "compute in float64" };
        var network = new NetworkOptions();
        var command = new Command("trace",
            "Record maps, gradients and updates of a network; ./mer parity calls it.  Example: mer model trace " +
            "--weights w.safetensors --input in.safetensors --out out.safetensors")
        {
            weights, input, target, updates, twice
        };
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = OutputFile.Of("--out", parsed.GetValue(target)!, ".safetensors");
            using var scope = NewDisposeScope();
            using var model = network.Create(parsed, seed: 0);
            ModelWeights.Load(model, parsed.GetValue(weights)!);
            var type = parsed.GetValue(twice) ? ScalarType.Float64 : ScalarType.Float32;
            model.to(type);
            var file = new NetworkInput(parsed.GetValue(input)!);
            var (onset, apex, units) = file.Batch(model, -1);
            var labels = file.Take("labels", ScalarType.Int64, onset.size(0), onset.size(1));
            var record = ModelTrace.Run(model, onset.to(type), apex.to(type), units.to(type), labels,
                new TraceOptions { Updates = parsed.GetValue(updates) });
            Safetensors.Write(path, record);
            Console.WriteLine($"{record.Count} tensors -> {path}");
            return 0;
        });
        return command;
    }
}

/// <summary>The options that say which network is meant.</summary>
sealed class NetworkOptions
{
    readonly Option<string> _variant = new("--variant")
    {
        Description = $"one of {string.Join(", ", Tables.Changes.Select(c => c.Key))}",
        DefaultValueFactory = _ => Tables.Full.Key
    };
    readonly Option<int> _size = new("--size")
    {
        Description = "side of the input in pixels", DefaultValueFactory = _ => new MerNetOptions().InputSize
    };
    readonly Option<int> _divisor = new("--width-divisor")
    {
        Description = "every channel count of the paper is divided by this", DefaultValueFactory = _ => 1
    };
    readonly Option<int> _window = new("--window")
    {
        Description = "side of Swin's window in patches", DefaultValueFactory = _ => new MerNetOptions().WindowSize
    };
    readonly Option<int> _classes = new("--classes")
    {
        Description = "number of classes", DefaultValueFactory = _ => new MerNetOptions().Classes
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _variant, _size, _divisor, _window, _classes })
            command.Options.Add(option);
    }

    /// <summary>Builds the network.</summary>
    public MerNet Create(ParseResult parsed, long seed) =>
        MerNet.Create(Network(parsed), seed, SeesActionUnits(parsed));

    public bool SeesActionUnits(ParseResult parsed) => Chosen(parsed).ActionUnits != ActionUnitSource.None;

    public MerNetOptions Network(ParseResult parsed) => (MerNetOptions)Chosen(parsed).Model;

    Experiment Chosen(ParseResult parsed) => Tables.ChangeNamed(Variant(parsed)).Of(new MerNetOptions
    {
        InputSize = parsed.GetValue(_size),
        WidthDivisor = parsed.GetValue(_divisor),
        WindowSize = parsed.GetValue(_window),
        Classes = parsed.GetValue(_classes),
    });

    public string Variant(ParseResult parsed) => parsed.GetValue(_variant)!;
}

/// <summary>The tensors of an input file, checked by name, type and shape.</summary>
sealed class NetworkInput(string path)
{
    readonly Dictionary<string, Tensor> _tensors = Safetensors.Read(path);

    /// <summary>A tensor whose shape must be the given one; -1 means any size.</summary>
    public Tensor Take(string name, ScalarType type, params long[] shape)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
            throw new UserErrorException(
                $"{path} has no tensor '{name}'; write it as {type} [{string.Join(", ", shape)}].");
        var fits = tensor.dtype == type && tensor.dim() == shape.Length
            && shape.Zip(tensor.shape).All(pair => pair.First is -1 || pair.First == pair.Second);
        if (!fits)
            throw new UserErrorException($"{path} holds '{name}' as {tensor.dtype} " +
                $"[{string.Join(", ", tensor.shape)}]; write it as {type} [{string.Join(", ", shape)}].");
        return tensor;
    }

    /// <summary>
    /// Onset, apex and action units of a batch; a network without action units needs none in the file.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="batches">Dimensions before N: none, or -1 for a row of mini-batches.</param>
    public (Tensor Onset, Tensor Apex, Tensor ActionUnits) Batch(MerNet network, params long[] batches)
    {
        var onset = Take("onset", ScalarType.Float32,
            [.. batches, -1, 3, network.Options.InputSize, network.Options.InputSize]);
        var apex = Take("apex", ScalarType.Float32, onset.shape);
        long[] before = [.. onset.shape[..(batches.Length + 1)], FusionHead.ActionUnitCount];
        return (onset, apex, network.SeesActionUnits ? Take("au", ScalarType.Float32, before) : zeros(before));
    }
}

/// <summary>mer model export: the weights a seed gives, in a safetensors file.</summary>
static class ModelExportCommand
{
    public static Command Create()
    {
        var seed = new Option<long>("--seed") { Description = "seed of the weights", DefaultValueFactory = _ => 1 };
        var target = new Option<string>("--out") { Description = "safetensors file to write", Required = true };
        var backbone = new Option<string?>("--init-backbone")
        {
            Description = "safetensors file with ResNet-18 or Swin weights under torchvision's or timm's names"
        };
        var network = new NetworkOptions();
        var command = new Command("export",
            "Write a network's weights as safetensors.  Example: mer model export --variant full --seed 1 --out " +
            "w.safetensors")
        {
            seed, target, backbone
        };
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = OutputFile.Of("--out", parsed.GetValue(target)!, ".safetensors");
            using var model = network.Create(parsed, parsed.GetValue(seed));
            if (parsed.GetValue(backbone) is { } file) Print(BackboneWeights.Load(model, file));
            ModelWeights.Save(model, path);
            Console.WriteLine($"{network.Variant(parsed)}: {model.state_dict().Count} tensors, " +
                $"{model.parameters().Sum(p => p.numel()):N0} parameters -> {path}");
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

/// <summary>mer model forward: the output of given weights for given input.</summary>
static class ModelForwardCommand
{
    public static Command Create()
    {
        var weights = new Option<string>("--weights")
        {
            Description = "safetensors file with the network's state", Required = true
        };
        var input = new Option<string>("--input")
        {
            Description = "safetensors file: onset and apex [N,3,S,S] float32, normalised; au [N,21] float32",
            Required = true
        };
        var target = new Option<string>("--out")
        {
            Description = "safetensors file to write: logits [N,classes]", Required = true
        };
        var features = new Option<bool>("--features")
        {
            Description = "also write motion_map (F_M), position_map (F_POS) and each block's attention maps"
        };
        var network = new NetworkOptions();
        var command = new Command("forward",
            "Run a network in evaluation mode.  Example: mer model forward --weights w.safetensors --input " +
            "in.safetensors --out out.safetensors")
        {
            weights, input, target, features
        };
        network.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = OutputFile.Of("--out", parsed.GetValue(target)!, ".safetensors");
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using var model = network.Create(parsed, seed: 0);
            ModelWeights.Load(model, parsed.GetValue(weights)!);
            model.eval();
            var (onset, apex, units) = new NetworkInput(parsed.GetValue(input)!).Batch(model);
            var result = MerNetFeatures.Of(model, new ClipBatch(onset, apex, units)).Named()
                .ToDictionary(pair => pair.Name, pair => pair.Tensor);
            if (!parsed.GetValue(features)) result = new() { ["logits"] = result["logits"] };
            Safetensors.Write(path, result);
            Console.WriteLine($"{string.Join(", ", result.Keys)} of {onset.size(0)} samples -> {path}");
            return 0;
        });
        return command;
    }
}
