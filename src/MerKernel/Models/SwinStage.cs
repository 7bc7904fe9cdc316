using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A stage of Swin: blocks whose windows are shifted in every second block, then patch merging except after the last stage.</summary>
public sealed class SwinStage : nn.Module<Tensor, ArraySegment<Tensor>, Tensor>
{
    private readonly ModuleList<SwinBlock> blocks = new();
    private readonly PatchMerging? downsample;

    /// <summary>Creates a stage.</summary>
    /// <param name="side">Side of the map.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="depth">Number of blocks.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="last">Whether no patch merging follows.</param>
    public SwinStage(int side, int channels, int depth, int heads, int window, bool last) : base(nameof(SwinStage))
    {
        for (var i = 0; i < depth; i++)
        {
            blocks.Add(new SwinBlock(side, channels, heads, window, shifted: i % 2 == 1));
        }

        downsample = last ? null : new PatchMerging(side, channels);
        RegisterComponents();
    }

    /// <summary>Runs the stage.</summary>
    /// <param name="input">[N, H, W, C].</param>
    /// <param name="factors">Stochastic depth's factors, two per block; empty for none.</param>
    public override Tensor forward(Tensor input, ArraySegment<Tensor> factors)
    {
        using var scope = NewDisposeScope();
        var x = new Residual(input);
        for (var i = 0; i < blocks.Count; i++)
        {
            x = factors.Count == 0 ? blocks[i].call(x, null, null) : blocks[i].call(x, factors[2 * i], factors[2 * i + 1]);
        }

        return (downsample is null ? x.Total() : downsample.call(x.Total())).MoveToOuterDisposeScope();
    }
}
