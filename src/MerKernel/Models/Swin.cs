using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The facial position focalizer's Swin transformer (section 3.2; Liu et al. 2021): patch 4, embedding 128, depths 2,
/// 2, 6 and heads 4, 8, 16; [N, 3, S, S] -> [N, 512, S/16, S/16] at full width. Names as in timm.
/// </summary>
public sealed class Swin : Layer, IDraws
{
    private const int Patch = 4;

    /// <summary>
    /// Channels per head: gives the paper's 4, 8 and 16 heads at full width, fewer where the network is narrower.
    /// </summary>
    private const int HeadWidth = 32;

    private static readonly int[] Depths = [2, 2, 6];

    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding patchEmbed;
    private readonly ModuleList<SwinStage> layers = new();
    private readonly LayerNorm norm;

    /// <summary>Creates the transformer.</summary>
    /// <param name="options">Width, input size, window and stochastic depth.</param>
    public Swin(MerNetOptions options)
    {
        var channels = options.Scale(128);
        var side = (options.InputSize + Patch - 1) / Patch;
        patchEmbed = new PatchEmbedding(options.InputSize, Patch, channels, normalize: true);
        for (var stage = 0; stage < Depths.Length; stage++)
        {
            var last = stage == Depths.Length - 1;
            layers.Add(new SwinStage(side, channels, Depths[stage], Math.Max(1, channels / HeadWidth),
                options.WindowSize, last));
            (side, channels) = last ? (side, channels) : ((side + 1) / 2, 2 * channels);
        }

        norm = nn.LayerNorm(channels);
        Depth = new StochasticDepth(options.StochasticDepth, BlockCount);
        RegisterComponents();
    }

    /// <summary>Number of blocks, each with an attention and an MLP branch.</summary>
    public static int BlockCount => Depths.Sum();

    /// <summary>The factors of its residual branches in training.</summary>
    public StochasticDepth Depth { get; }

    /// <inheritdoc/>
    public Generator? Generator { get => Depth.Generator; set => Depth.Generator = value; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor image)
    {
        var x = patchEmbed.call(image);                                                          // [N, S/4, S/4, 128]
        var factors = new ReadOnlyMemory<Tensor>(training ? Depth.Draw(x) : null);
        foreach (var (stage, blocks) in layers.Zip(Depths))
        {
            // [N, S/8, S/8, 256], [N, S/16, S/16, 512], the same
            x = stage.call((x, factors.IsEmpty ? factors : factors[..(2 * blocks)]));
            factors = factors.IsEmpty ? factors : factors[(2 * blocks)..];
        }

        return norm.call(x).permute(0, 3, 1, 2);                                                 // [N, 512, S/16, S/16]
    }
}

/// <summary>
/// A stage of Swin: blocks whose windows are shifted in every second block, then patch merging except after the last
/// stage; [N, H, W, C].
/// </summary>
public sealed class SwinStage : Layer<(Tensor Tokens, ReadOnlyMemory<Tensor> Factors), Tensor>
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
    public SwinStage(int side, int channels, int depth, int heads, int window, bool last)
    {
        for (var i = 0; i < depth; i++) blocks.Add(new SwinBlock(side, channels, heads, window, shifted: i % 2 == 1));
        downsample = last ? null : new PatchMerging(side, channels);
        RegisterComponents();
    }

    /// <summary>Runs the stage; <c>Factors</c> are stochastic depth's, two per block, empty for none.</summary>
    protected override Tensor Forward((Tensor Tokens, ReadOnlyMemory<Tensor> Factors) input)
    {
        var (x, factors) = input;
        Tensor? mlp = null;
        for (var i = 0; i < blocks.Count; i++) (x, mlp) = blocks[i].call((x, mlp, Factor(2 * i - 1), Factor(2 * i)));
        x = Ops.AddBranch(x, mlp, Factor(2 * blocks.Count - 1));
        return downsample is null ? x : downsample.call(x);

        Tensor? Factor(int branch) => branch < 0 || branch >= factors.Length ? null : factors.Span[branch];
    }
}

/// <summary>
/// A Swin block: x + attention(LayerNorm(x)), then x + MLP(LayerNorm(x)), each branch under stochastic depth;
/// [N, H, W, C]. The MLP's branch is left to be added by the next block, which adds and normalises in one pass.
/// </summary>
public sealed class SwinBlock
    : Layer<(Tensor Sum, Tensor? Branch, Tensor? BranchFactor, Tensor? AttentionFactor), (Tensor Sum, Tensor Branch)>
{
    private readonly LayerNorm norm1;
    private readonly WindowAttention attn;
    private readonly LayerNorm norm2;
    private readonly Mlp mlp;
    private SwinParts? parts;

    /// <summary>Creates a block.</summary>
    /// <param name="side">Side of the map.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shifted">Whether the windows are shifted.</param>
    public SwinBlock(int side, int channels, int heads, int window, bool shifted)
    {
        norm1 = nn.LayerNorm(channels);
        attn = new WindowAttention(side, channels, heads, window, shifted);
        norm2 = nn.LayerNorm(channels);
        mlp = new Mlp(channels);
        RegisterComponents();
    }

    /// <summary>
    /// Runs the block on a sum and the branch still to be added to it; factors are stochastic depth's, [N, 1, 1, 1],
    /// null is 1.
    /// </summary>
    protected override (Tensor Sum, Tensor Branch) Forward(
        (Tensor Sum, Tensor? Branch, Tensor? BranchFactor, Tensor? AttentionFactor) input)
    {
        // What looks into a network looks at its layers, and does so when it predicts.
        return training
            ? Ops.SwinBlock(Parts, Composed, input.Sum, input.Branch, input.BranchFactor, input.AttentionFactor)
            : Composed();

        (Tensor, Tensor) Composed()
        {
            var (x, y) = Ops.AddLayerNorm(input.Sum, input.Branch, input.BranchFactor, norm1);
            (x, y) = Ops.AddLayerNorm(x, attn.call(y), input.AttentionFactor, norm2);
            return (x, mlp.call(y));
        }
    }

    private SwinParts Parts =>
        parts ??= new(norm1, attn.Qkv, attn.Table, attn.Windows, attn.Proj, norm2, mlp.Fc1, mlp.Fc2);
}

/// <summary>The layers of a Swin block, for a device's own implementation of it.</summary>
/// <param name="Norm1">Normalisation before the attention.</param>
/// <param name="Qkv">Queries, keys and values, C -> 3C.</param>
/// <param name="Table">Relative position bias, [(2w - 1)^2, heads].</param>
/// <param name="Windows">How the padded map is cut.</param>
/// <param name="Proj">The projection behind the attention.</param>
/// <param name="Norm2">Normalisation before the MLP.</param>
/// <param name="Fc1">C -> 4C.</param>
/// <param name="Fc2">4C -> C.</param>
public sealed record SwinParts(LayerNorm Norm1, Linear Qkv, Tensor Table, Windows Windows, Linear Proj, LayerNorm Norm2,
    Linear Fc1, Linear Fc2)
{
    /// <summary>Every parameter, in the order of the block.</summary>
    public IReadOnlyList<Tensor> Parameters =>
        [Norm1.weight!, Norm1.bias!, Qkv.Weight, Qkv.Bias!, Table, Proj.Weight, Proj.Bias!, Norm2.weight!, Norm2.bias!,
            Fc1.Weight, Fc1.Bias!, Fc2.Weight, Fc2.Bias!];
}

/// <summary>
/// Swin's downsampling: 2x2 neighbours side by side, LayerNorm, linear 4C -> 2C; [N, H, W, C] -> [N, H/2, W/2, 2C], an
/// odd side padded with zeros.
/// </summary>
public sealed class PatchMerging : Layer
{
    private readonly LayerNorm norm;
    private readonly Linear reduction;
    private readonly int side, channels;

    /// <summary>Creates the layer.</summary>
    /// <param name="side">Side of the input map.</param>
    /// <param name="channels">Input channels.</param>
    public PatchMerging(int side, int channels)
    {
        norm = nn.LayerNorm(4 * channels);
        reduction = new Linear(4 * channels, 2 * channels, hasBias: false);
        (this.side, this.channels) = (side, channels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var half = (side + 1) / 2;
        var padded = side % 2 == 0 ? x : nn.functional.pad(x, [0, 0, 0, 1, 0, 1]);
        // Channel groups in the order (row, column) = (0,0), (1,0), (0,1), (1,1), as published Swin weights expect.
        var grouped = padded.view(-1, half, 2, half, 2, channels).permute(0, 1, 3, 4, 2, 5)
            .reshape(-1, half, half, 4 * channels);
        return reduction.call(norm.call(grouped));
    }
}

/// <summary>
/// Self-attention within (shifted) windows with a learned relative position bias (Liu et al. 2021, section 3.2);
/// [N, H, W, C] -> [N, H, W, C].
/// </summary>
public sealed class WindowAttention : Layer, IAttends, IOwnMacs
{
    private readonly Linear qkv, proj;
    [ComponentName(Name = "relative_position_bias_table")] private readonly Parameter table;
    private readonly Windows windows;
    private readonly int side, padding;

    /// <summary>Creates the layer.</summary>
    /// <param name="side">Side of the map; padded with zeros to a multiple of the window.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads; must divide C.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shifted">
    /// Whether the windows are shifted by half their side; has no effect where one window covers the map.
    /// </param>
    public WindowAttention(int side, int channels, int heads, int window, bool shifted)
    {
        (qkv, proj) = (new Linear(channels, 3 * channels), new Linear(channels, channels));
        table = Layers.Normal((2 * window - 1) * (2 * window - 1), heads);
        (this.side, padding) = (side, (window - side % window) % window);
        windows = new Windows(side + padding, window, shifted && side > window ? window / 2 : 0, heads,
            channels / heads);
        RegisterComponents();
    }

    internal Linear Qkv => qkv;

    internal Linear Proj => proj;

    internal Tensor Table => table;

    internal Windows Windows => windows;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        x = Ops.WindowAttention(Pad(x), qkv, table, windows);
        return proj.call(padding == 0 ? x : x.narrow(1, 0, side).narrow(2, 0, side));
    }

    long IOwnMacs.OwnMacs(Tensor input) =>
        2 * input.size(0) * windows.Side * windows.Side * windows.Window * windows.Window * input.size(3);

    /// <summary>
    /// The attention between the positions of the map, averaged over the heads and put back from (shifted) windows:
    /// [N, L, L] with L = side * side in row-major order, a row for each query. A row sums to 1 less the position's
    /// attention to padding.
    /// </summary>
    /// <param name="input">The layer's input, [N, H, W, C].</param>
    public Tensor Attend(Tensor input) => Scoped(() =>
    {
        var (queries, keys, _) = windows.Split(Pad(input), qkv);
        var weights = windows.Weights(queries, keys, table).mean([2]);
        var (tokens, padded) = (Windows.Tokens(windows.Side, windows.Window, windows.Shift).to(input.device),
            windows.Side);
        using Scalar square = padded * padded;
        var pairs = (tokens.unsqueeze(2).mul(square).add(tokens.unsqueeze(1), Numbers.One)).flatten();
        var all = zeros([input.size(0), (long)padded * padded * padded * padded], input.dtype, input.device)
            .index_copy_(1, pairs, weights.flatten(1));
        return all.view(-1, padded, padded, padded, padded).narrow(1, 0, side).narrow(2, 0, side)
            .narrow(3, 0, side).narrow(4, 0, side)
            .reshape(-1, side * side, side * side);
    });

    private Tensor Pad(Tensor x) => padding == 0 ? x : nn.functional.pad(x, [0, 0, 0, padding, 0, padding]);
}
