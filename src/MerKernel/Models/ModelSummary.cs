using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// Parameters and multiply-accumulates of every layer, counted while one sample runs through (convolutions, linear layers and attention products; no elementwise
/// work). The values do not matter, so the layers that cost most compute none.
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
        // Many small operations: several threads would wait for each other longer than they compute, above all where the cores are busy.
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            return Count(options, actionUnits);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static ModelSummary Count(ModelOptions options, bool actionUnits)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = options.Create(seed: 0, actionUnits);
        network.eval();
        var outputs = new Dictionary<string, (long[] Shape, long Macs)>();
        foreach (var (name, module) in network.named_modules())
        {
            void Add(Tensor output, long macs) => outputs[name] = (output.shape, outputs.GetValueOrDefault(name, ([], 0)).Macs + macs);

            switch (module)
            {
                case TokenLinear linear:
                    ComputeNothing(linear);
                    linear.register_forward_hook((_, _, _, output) =>
                    {
                        Add(output, output.numel() * linear.Weight.size(1));
                        return output;
                    });
                    break;
                case nn.Module<Tensor, Tensor> layer:
                    if (layer is Conv1d or Conv2d or Linear)
                    {
                        ComputeNothing(layer);
                    }

                    layer.register_forward_hook((_, input, output) =>
                    {
                        Add(output, MacsOf(layer, input, output));
                        return output;
                    });
                    break;
                case nn.Module<Tensor, Tensor, Tensor> layer and IOwnMacs own:
                    layer.register_forward_hook((_, input, _, output) =>
                    {
                        Add(output, own.OwnMacs(input));
                        return output;
                    });
                    break;
            }
        }

        var frame = zeros([options.SeesFrames ? 1 : 0, 3, options.InputSize, options.InputSize]);
        var input = options.Input is { } asked ? zeros([1, .. asked.Shape(options.InputSize)]) : null;
        network.call(new ClipBatch(frame, frame, zeros([1, FusionHead.ActionUnitCount]), input));
        if (options.Input?.Macs(options.InputSize) is > 0 and var before)
        {
            outputs[""] = ([], before);
        }

        return new ModelSummary(
        [
            .. from entry in network.named_modules().Prepend((name: "", module: (nn.Module)network))
               let own = entry.module.parameters(recurse: false).Sum(parameter => parameter.numel())
               let run = outputs.GetValueOrDefault(entry.name, ([], 0))
               where own > 0 || run.Macs > 0
               select new LayerSummary(entry.name is "" ? "(network)" : entry.name, entry.module.GetType().Name, [.. run.Shape], own, run.Macs),
        ]);
    }

    // No samples go into the layer, and zeros come out for those that were meant to.
    private static void ComputeNothing(nn.Module<Tensor, Tensor> layer)
    {
        var samples = 0L;
        layer.register_forward_pre_hook((_, input) =>
        {
            samples = input.size(0);
            return input.narrow(0, 0, 0);
        });
        layer.register_forward_hook((_, _, output) => Zeros(samples, output));
    }

    private static void ComputeNothing(TokenLinear layer)
    {
        var samples = 0L;
        layer.register_forward_pre_hook((_, input, addBias) =>
        {
            samples = input.size(0);
            return (input.narrow(0, 0, 0), addBias);
        });
        layer.register_forward_hook((_, _, _, output) => Zeros(samples, output));
    }

    private static Tensor Zeros(long samples, Tensor output) => zeros([samples, .. output.shape[1..]], output.dtype);

    private static long MacsOf(nn.Module layer, Tensor input, Tensor output) => layer switch
    {
        Conv2d conv => output.numel() * (conv.weight!.numel() / conv.weight.size(0)),
        Linear linear => output.numel() * linear.weight!.size(1),
        Conv1d conv => output.numel() * (conv.weight!.numel() / conv.weight.size(0)),
        IOwnMacs own => own.OwnMacs(input),
        IAttentionLayer attention => input.size(0) * attention.AttentionMacs,
        _ => 0,
    };
}
