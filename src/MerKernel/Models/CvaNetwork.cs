using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The motion stream of section 3.1: stem and four CVA blocks, [N, 3, S, S] -> F_M [N, 512, S/16, S/16] at full width.</summary>
public sealed class CvaNetwork : nn.Module<Tensor, Tensor>
{
    private readonly ConvStem stem;
    private readonly ModuleList<CvaBlock> blocks;
    private readonly bool continuous;

    /// <summary>Creates the stream.</summary>
    /// <param name="options">Width, input size and attention.</param>
    public CvaNetwork(MerNetOptions options) : base(nameof(CvaNetwork))
    {
        var narrow = options.Scale(128);
        stem = new ConvStem(options.Scale(180), narrow);
        var side = Halve(options.InputSize);
        (int In, int Out, int Stride)[] layout =
            [(narrow, narrow, 1), (narrow, narrow, 2), (narrow, options.Scale(256), 2), (options.Scale(256), options.Scale(512), 2)];
        blocks = new ModuleList<CvaBlock>();
        foreach (var (inChannels, outChannels, stride) in layout)
        {
            side = stride == 2 ? Halve(side) : side;
            blocks.Add(new CvaBlock(inChannels, outChannels, stride, side, first: blocks.Count == 0, options));
        }

        continuous = options.Continuous;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Run(input, null);

    /// <summary>Runs the stream and collects each block's maps.</summary>
    /// <param name="input">The difference image, [N, 3, S, S].</param>
    /// <param name="collected">Receives the maps of every block, first block first.</param>
    public Tensor Run(Tensor input, List<AttentionMaps>? collected)
    {
        using var scope = NewDisposeScope();
        var features = stem.call(input.ChannelsLast());
        AttentionMaps? previous = null;
        foreach (var block in blocks)
        {
            (features, var maps) = block.call(features, previous);
            previous = continuous ? maps : null;
            collected?.Add(maps.MoveToOuterDisposeScope());
        }

        return features.MoveToOuterDisposeScope();
    }

    private static int Halve(int side) => (side + 1) / 2;
}
