using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// MMNet: a main branch of four blocks with continuous attention on the difference image, to whose map a small transformer's view of the onset is added; one
/// linear layer classifies. Sees onset and apex, no action units.
/// </summary>
public sealed class MmNet : Network
{
    private const int TransformerDepth = 2;

    private readonly ConvStem stem;
    private readonly ModuleList<MmNetBlock> blocks = new();

    [ComponentName(Name = "patch_embed")]
    private readonly PatchEmbedding patchEmbed;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter positions;

    private readonly ModuleList<VitBlock> transformer = new();
    private readonly LayerNorm norm;
    private readonly Linear fc;
    private readonly int side, channels;

    private MmNet(MmNetOptions options) : base(nameof(MmNet))
    {
        int Scale(int count) => count / options.WidthDivisor;
        (side, channels) = ((options.InputSize + 15) / 16, Scale(512));
        stem = new ConvStem(Scale(180), Scale(128));
        foreach (var (from, to, stride) in new[] { (128, 128, 1), (128, 128, 2), (128, 256, 2), (256, 512, 2) })
        {
            blocks.Add(new MmNetBlock(Scale(from), Scale(to), stride));
        }

        // The onset, 14 x 14, one patch a pixel.
        patchEmbed = new PatchEmbedding(side, patch: 1, channels, normalize: false);
        positions = WeightInitialization.NormalParameter(1, side * side, channels);
        for (var i = 0; i < TransformerDepth; i++)
        {
            transformer.Add(new VitBlock(side * side, channels, heads: 4));
        }

        norm = nn.LayerNorm(channels, VitBlock.LayerNormEpsilon);
        fc = nn.Linear(channels * side * side, options.Classes);
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static MmNet Create(MmNetOptions options, long seed) => Build(() => new MmNet(options), seed);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var motion = stem.call(batch.Apex - batch.Onset);
        Tensor? map = null;
        foreach (var block in blocks)
        {
            (motion, map) = block.call(motion, map);
        }

        return fc.call(motion.Plus(Position(batch.Onset)).flatten(1)).MoveToOuterDisposeScope();
    }

    private Tensor Position(Tensor onset)
    {
        var small = nn.functional.interpolate(onset, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
        var tokens = patchEmbed.call(small).reshape(-1, side * side, channels) + positions;
        foreach (var block in transformer)
        {
            tokens = block.call(tokens);
        }

        return norm.call(tokens).transpose(1, 2).reshape(-1, channels, side, side);
    }
}
