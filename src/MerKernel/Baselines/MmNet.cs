using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// MMNet: a main branch of four blocks with continuous attention on the difference image, to whose map a small
/// transformer's view of the onset is added; one linear layer classifies. Sees onset and apex, no action units.
/// </summary>
public sealed class MmNet : Network
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("mmnet", "MMNet", "li2022; its published code")
    {
        Published = new MmNetOptions(),
        PublishedTraining = new TrainingOptions { Epochs = 74, BatchSize = 32, AccumulationSteps = 1 },
        Reduced = new MmNetOptions { WidthDivisor = 8 },
        ReducedTraining = new TrainingOptions { Epochs = 24, AccumulationSteps = 1, LearningRate = 4e-3 },
        Sees = "onset, apex",
    };

    private const int TransformerDepth = 2;

    private readonly ConvStem stem;
    private readonly ModuleList<CvaBlock> blocks = new();

    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding patchEmbed;

    [ComponentName(Name = "pos_embed")] private readonly Parameter positions;

    private readonly ModuleList<ViTBlock> transformer = new();
    private readonly LayerNorm norm;
    private readonly Module fc;
    private readonly int side, channels;

    internal MmNet(MmNetOptions options)
    {
        int Scale(int count) => count / options.WidthDivisor;
        (side, channels) = ((options.InputSize + 15) / 16, Scale(512));
        stem = new ConvStem(Scale(180), Scale(128));
        foreach (var (from, to, stride) in new[] { (128, 128, 1), (128, 128, 2), (128, 256, 2), (256, 512, 2) })
            blocks.Add(new CvaBlock(Scale(from), Scale(to), stride, () => new SpatialAttention()));

        // The onset, 14 x 14, one patch a pixel.
        patchEmbed = new PatchEmbedding(side, patch: 1, channels, normalize: false);
        positions = Layers.Normal(1, side * side, channels);
        for (var i = 0; i < TransformerDepth; i++) transformer.Add(new ViTBlock(side * side, channels, heads: 4));

        norm = nn.LayerNorm(channels, ViTBlock.Epsilon);
        fc = nn.Linear(channels * side * side, options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var motion = stem.call(batch.Apex - batch.Onset);
        AttentionMaps? maps = null;
        foreach (var block in blocks) (motion, maps) = block.call((motion, maps));
        return fc.call(motion.Plus(Position(batch.Onset)).flatten(1));
    }

    private Tensor Position(Tensor onset)
    {
        var small = nn.functional.interpolate(onset, [side, side], mode: InterpolationMode.Bilinear,
            align_corners: false);
        var tokens = patchEmbed.call(small).reshape(-1, side * side, channels).Plus(positions);
        foreach (var block in transformer) tokens = block.call(tokens);

        return norm.call(tokens).transpose(1, 2).reshape(-1, channels, side, side);
    }
}

/// <summary>MMNet (Li et al., IJCAI 2022) as its code has it; the defaults are the published sizes.</summary>
public sealed record MmNetOptions : ModelOptions
{
    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override MmNet Create(long seed, bool actionUnits) => Network.Build(() => new MmNet(this), seed);
}

/// <summary>
/// MMNet's attention in the place of a CVA block's: one weight for each place, the sigmoid of a 1x1 convolution (with
/// BatchNorm) of the mean and the largest channel, times the pooled map of the block before; [N, 1, H, W].
/// </summary>
sealed class SpatialAttention : Attention
{
    private readonly Conv2d conv;
    private readonly BatchNorm bn;

    /// <summary>Creates the attention.</summary>
    public SpatialAttention()
    {
        (conv, bn) = (Layers.Conv(2, 1, 1), Layers.BatchNorm2d(1));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override AttentionMaps Forward((Tensor Features, AttentionMaps? Previous) input)
    {
        var features = input.Features;
        var map = bn.call(conv.call(cat([features.mean([1], keepdim: true), features.amax([1], keepdim: true)], 1)))
            .sigmoid();
        return new AttentionMaps(Continued(map, input.Previous?.Vertical, carry: null), null);
    }
}
