using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>One layer of a network.</summary>
/// <param name="Name">Its name in the state.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Output">
/// Shape of its output for one sample; Swin's layers see both frames, so their first dimension is 2.
/// </param>
/// <param name="Parameters">Its own parameters.</param>
/// <param name="Macs">Multiply-accumulates for one sample.</param>
public sealed record LayerSummary(string Name, string Kind, ImmutableArray<long> Output, long Parameters, long Macs);

/// <summary>
/// Parameters and multiply-accumulates of every layer, counted while one sample runs through (convolutions, linear
/// layers and attention products; no elementwise work). The values do not matter, so the layers that cost most compute
/// none.
/// </summary>
public sealed class ModelSummary
{
    private ModelSummary(ImmutableArray<LayerSummary> layers) => Layers = layers;

    /// <summary>The layers in the order of the state.</summary>
    public ImmutableArray<LayerSummary> Layers { get; }

    /// <summary>All parameters.</summary>
    public long Parameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>All multiply-accumulates of one sample.</summary>
    public long Macs => Layers.Sum(layer => layer.Macs);

    /// <summary>Builds a network and counts.</summary>
    /// <param name="options">The network.</param>
    /// <param name="actionUnits">Whether it gets the 21 action units.</param>
    public static ModelSummary Of(ModelOptions options, bool actionUnits = true)
    {
        using var one = new OneMathThread();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = options.Create(seed: 0, actionUnits);
        network.eval();
        var outputs = new Dictionary<string, (long[] Shape, long Macs)>();
        foreach (var (name, module) in network.named_modules())
        {
            switch (module)
            {
                case Linear linear:
                    ComputeNothing(linear, input => input.Tokens, (input, tokens) => (tokens, input.AddBias));
                    Watch(linear, input => input.Tokens, (_, output) => output.numel() * linear.Weight.size(1));
                    break;
                case Layer<(Tensor, Tensor), Tensor> layer and IOwnMacs own:
                    Watch(layer, input => input.Item1, (input, _) => own.OwnMacs(input));
                    break;
                case Module layer:
                    if (layer is Conv1d or Conv2d or Conv3d or TorchSharp.Modules.Linear)
                        ComputeNothing(layer, input => input, (_, part) => part);
                    Watch(layer, input => input, (input, output) => MacsOf(layer, input, output));
                    break;
            }

            void Watch<TInput>(nn.Module<TInput, Tensor> layer, Func<TInput, Tensor> tensor,
                Func<Tensor, Tensor, long> macs) =>
                    layer.register_forward_hook((_, input, output) =>
                    {
                        outputs[name] = (output.shape,
                            outputs.GetValueOrDefault(name, ([], 0)).Macs + macs(tensor(input), output));
                        return output;
                    });
        }

        var frame = zeros([options.SeesFrames ? 1 : 0, 3, options.InputSize, options.InputSize]);
        var asked = options.Input is { } input ? zeros([1, .. input.Shape(options.InputSize)]) : null;
        network.call(new ClipBatch(frame, frame, zeros([1, FusionHead.ActionUnitCount]), asked));
        if (options.Input?.Macs(options.InputSize) is > 0 and var before) outputs[""] = ([], before);

        return new ModelSummary(
        [
            .. from entry in network.named_modules().Prepend((name: "", module: (nn.Module)network))
               let own = entry.module.parameters(recurse: false).Sum(parameter => parameter.numel())
               let run = outputs.GetValueOrDefault(entry.name, ([], 0))
               where own > 0 || run.Macs > 0
               select new LayerSummary(entry.name is "" ? "(network)" : entry.name, NameOf(entry.module),
                   [.. run.Shape], own, run.Macs),
        ]);
    }

    /// <summary>A layer's kind, as TorchSharp calls it where it is one of its own.</summary>
    internal static string NameOf(nn.Module layer) => layer is SafeBatchNorm ? layer.GetName() : layer.GetType().Name;

    /// <summary>No samples go into the layer, and zeros come out for those that were meant to.</summary>
    private static void ComputeNothing<TInput>(nn.Module<TInput, Tensor> layer, Func<TInput, Tensor> tensor,
        Func<TInput, Tensor, TInput> with)
    {
        var samples = 0L;
        layer.register_forward_pre_hook((_, input) =>
        {
            samples = tensor(input).size(0);
            return with(input, tensor(input).narrow(0, 0, 0));
        });
        layer.register_forward_hook((_, _, output) => zeros([samples, .. output.shape[1..]], output.dtype));
    }

    private static long MacsOf(nn.Module layer, Tensor input, Tensor output) => layer switch
    {
        Conv2d conv => output.numel() * (conv.Weight.numel() / conv.Weight.size(0)),
        Conv3d conv => output.numel() * (conv.Weight.numel() / conv.Weight.size(0)),
        Conv1d conv => output.numel() * (conv.weight!.numel() / conv.weight.size(0)),
        TorchSharp.Modules.Linear linear => output.numel() * linear.weight!.size(1),
        IOwnMacs own => own.OwnMacs(input),
        _ => 0,
    };
}
