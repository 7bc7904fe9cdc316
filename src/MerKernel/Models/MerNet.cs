using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The two-stream network of the paper (figure 1) and, by its options, every ablation of Tables 2 to 7. Shapes are
/// those of the full network at 224 pixels.
/// </summary>
/// <remarks>
/// From top to bottom: the whole (figure 1), the motion stream (section 3.1, equations 1 to 4), the head (section 3.3).
/// The facial position focalizer (section 3.2) is <see cref="Swin"/>, Table 5's <see cref="ViT"/>, Table 2's baseline
/// <see cref="ResNet18"/>.
/// </remarks>
public sealed class MerNet : Network
{
    private MerNet(MerNetOptions options, bool actionUnits)
    {
        (Options, SeesActionUnits) = (options, actionUnits);
        Motion = options.Motion == MotionStream.ContinuousAttention
            ? new CvaNetwork(options)
            : new ResNet18(options, lastStride: options.PoolsMotion ? 2 : 1);
        Position = options.Position switch
        {
            PositionStream.Swin => new Swin(options),
            PositionStream.ViT => new ViT(options),
            _ => null,
        };
        Head = new FusionHead(options, actionUnits);
        RegisterComponents();
    }

    /// <summary>The network's options.</summary>
    public MerNetOptions Options { get; }

    /// <summary>Whether the head concatenates the 21 action units (section 3.3).</summary>
    public bool SeesActionUnits { get; }

    /// <summary>
    /// The motion stream (section 3.1): the difference image [N, 3, 224, 224] -> F_M [N, 512, 14, 14].
    /// </summary>
    [field: ComponentName(Name = "motion")] public Module Motion { get; }

    /// <summary>
    /// The facial position focalizer (section 3.2): a frame [N, 3, 224, 224] -> its map [N, 512, 14, 14]; null without
    /// a position stream.
    /// </summary>
    [field: ComponentName(Name = "position")] public Module? Position { get; }

    /// <summary>
    /// The classifier (section 3.3): the fused map and the action units [N, 21] -> logits [N, classes].
    /// </summary>
    [field: ComponentName(Name = "head")] public FusionHead Head { get; }

    /// <summary>Builds a network with weights drawn from a seed.</summary>
    /// <param name="options">The network.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="actionUnits">Whether the head gets the 21 action units.</param>
    /// <exception cref="UserErrorException">There is no such network; names the option.</exception>
    public static MerNet Create(MerNetOptions options, long seed, bool actionUnits = true)
    {
        (options ?? throw new ArgumentNullException(nameof(options))).Validate();
        return Build(() => new MerNet(options, actionUnits), seed);
    }

    /// <summary>Figure 1: logits = head(F_M + F_POS, AU).</summary>
    protected override Tensor Forward(ClipBatch clips)
    {
        clips.Demand(Options.InputSize, SeesActionUnits ? FusionHead.ActionUnitCount : 0);
        var motion = Motion.call(clips.Apex - clips.Onset);                             // F_M          [N, 512, 14, 14]
        var position = Position is null ? null : Locate(Position, clips);               // F_POS        [N, 512, 14, 14]
        return Head.call((position is null ? motion : motion.Plus(position), clips.ActionUnits)); // logits [N, classes]
    }

    /// <summary>
    /// F_POS = FPF(onset) + FPF(apex) with the same weights (section 3.2), or that of one frame (Table 6).
    /// </summary>
    private Tensor Locate(Module focalizer, ClipBatch clips)
    {
        if (Options.Frames == PositionFrames.Onset) return focalizer.call(clips.Onset);
        if (Options.Frames == PositionFrames.Apex) return focalizer.call(clips.Apex);
        var count = clips.Onset.size(0);
        var both = focalizer.call(cat([clips.Onset, clips.Apex], 0));                  // one batch    [2N, 512, 14, 14]
        return both.narrow(0, 0, count).Plus(both.narrow(0, count, count));
    }

    /// <inheritdoc/>
    public override bool RepeatsItself => true;

    /// <inheritdoc/>
    public override void DrawAhead(long clips, Device device) =>
        (Position as Swin)?.Depth.DrawAhead(Options.Frames == PositionFrames.OnsetAndApex ? 2 * clips : clips, device);

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups =>
        [.. Directions.Select(d =>
            new ParameterGroup([.. d.parameters()], LearnedDirection.LearningRate, LearnedDirection.WeightDecay))];

    /// <inheritdoc/>
    public override ImmutableArray<float> Angles => [.. Directions.Select(d => d.Degrees)];

    private IEnumerable<LearnedDirection> Directions =>
        Options.Attention == AttentionDirection.Learned ? modules().OfType<LearnedDirection>() : [];
}

/// <summary>
/// The motion stream (section 3.1, figure 3): a stem and four continuous attention blocks, [N, 3, 224, 224] -> F_M
/// [N, 512, 14, 14].
/// </summary>
public sealed class CvaNetwork : Layer
{
    private readonly ConvStem stem;
    private readonly ModuleList<CvaBlock> blocks = new();

    /// <summary>Creates the stream.</summary>
    /// <param name="options">Width and attention.</param>
    public CvaNetwork(MerNetOptions options)
    {
        var (c1, c2, c3) = (options.Scale(128), options.Scale(256), options.Scale(512));
        stem = new ConvStem(options.Scale(180), c1);                                          // [N, 128, 112, 112]
        blocks.Add(new CvaBlock(c1, c1, stride: 1, () => Attention.Create(c1, c1, options))); // [N, 128, 112, 112]
        blocks.Add(new CvaBlock(c1, c1, stride: 2, () => Attention.Create(c1, c1, options))); // [N, 128, 56, 56]
        blocks.Add(new CvaBlock(c1, c2, stride: 2, () => Attention.Create(c1, c2, options))); // [N, 256, 28, 28]
        blocks.Add(new CvaBlock(c2, c3, stride: 2, () => Attention.Create(c2, c3, options))); // [N, 512, 14, 14]
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor difference)
    {
        var x = stem.call(Ops.Images(difference));
        AttentionMaps? maps = null;
        foreach (var block in blocks) (x, maps) = block.call((x, maps));
        return x;
    }
}

/// <summary>
/// Two 3x3 convolutions in front of the attention blocks: [N, 3, 224, 224] -> [N, 180, 112, 112] -> [N, 128, 112, 112].
/// </summary>
public sealed class ConvStem : Layer
{
    private readonly Conv2d conv1;
    private readonly BatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm bn2;

    /// <summary>Creates the stem.</summary>
    /// <param name="hidden">Channels between the convolutions (180 at full width).</param>
    /// <param name="channels">Output channels (128 at full width).</param>
    public ConvStem(int hidden, int channels)
    {
        (conv1, bn1) = (Layers.Conv(3, hidden, 3, stride: 2), Layers.BatchNorm2d(hidden));
        (conv2, bn2) = (Layers.Conv(hidden, channels, 3), Layers.BatchNorm2d(channels));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor difference)
    {
        var x = Ops.BatchNormRelu(conv1.call(difference), bn1);
        return Ops.BatchNormRelu(conv2.call(x), bn2);
    }
}

/// <summary>
/// A continuous attention block: F_conv of its input (equation 2), the attention maps of F_conv (equation 1), and their
/// product (equation 4). [N, C_in, H, W] -> [N, C, H/s, W/s] with its maps.
/// </summary>
public sealed class CvaBlock : Layer<(Tensor Features, AttentionMaps? Previous), (Tensor Features, AttentionMaps Maps)>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm bn2;
    private readonly Sequential? shortcut;
    private readonly Attention attention;

    /// <summary>Creates a block.</summary>
    /// <param name="from">Input channels C_in.</param>
    /// <param name="to">Output channels C.</param>
    /// <param name="stride">Stride s, 1 or 2.</param>
    /// <param name="attention">
    /// Builds the attention on F_conv; called last, which fixes the order of the weights' draws.
    /// </param>
    public CvaBlock(int from, int to, int stride, Func<Attention> attention)
    {
        (conv1, bn1) = (Layers.Conv(from, to, 3, stride), Layers.BatchNorm2d(to));                // f_3x3
        (conv2, bn2) = (Layers.Conv(to, to, 1), Layers.BatchNorm2d(to));                          // f_1x1
        shortcut = stride == 1 && from == to
            ? null
            : nn.Sequential(("conv", Layers.Conv(from, to, 1, stride)), ("bn", Layers.BatchNorm2d(to)));
        this.attention = attention();
        RegisterComponents();
    }

    /// <summary>Runs the block on features and the maps of the block before, null in the first.</summary>
    protected override (Tensor Features, AttentionMaps Maps) Forward((Tensor Features, AttentionMaps? Previous) input)
    {
        // Equation 2: F_conv = f_1x1(f_3x3(F)) + f_1x1(F); BatchNorm and ReLU between, ReLU behind and the identity as
        // shortcut as in the published code.
        var x = input.Features;
        var residual = bn2.call(conv2.call(Ops.BatchNormRelu(conv1.call(x), bn1)));
        var features = residual.PlusRelu(shortcut is null ? x : shortcut.call(x));          // F_conv       [N, C, H, W]

        // Equation 4: F_B = F_conv (.) AttnY, broadcast over the columns; horizontal maps are broadcast over the rows.
        var maps = attention.call((features, input.Previous));                              // AttnY        [N, C, H, 1]
        var output = maps.Vertical is null ? features : features * maps.Vertical;
        return (maps.Horizontal is null ? output : output * maps.Horizontal, maps);
    }
}

/// <summary>
/// The attention of a block: from F_conv [N, C, H, W] and the maps of the block before (null in the first) to its own
/// maps.
/// </summary>
public abstract class Attention : Layer<(Tensor Features, AttentionMaps? Previous), AttentionMaps>
{
    /// <summary>
    /// The attention that options ask for. A further direction is one more value of <see cref="AttentionDirection"/>
    /// and one more line here.
    /// </summary>
    /// <param name="from">Input channels C_in of the block.</param>
    /// <param name="channels">Its output channels C.</param>
    /// <param name="options">Direction, continuity, activation.</param>
    public static Attention Create(int from, int channels, MerNetOptions options) => options.Attention switch
    {
        AttentionDirection.Learned => new LearnedDirectionAttention(from, channels, options),
        _ => new CoordinateAttention(from, channels, options),
    };

    /// <summary>
    /// The 1x1 convolution that the map of the block before passes where channels grow; null where they do not, or
    /// blocks are independent.
    /// </summary>
    protected static Conv2d? Carry(int from, int channels, bool continuous) =>
        continuous && from != channels ? Layers.Conv(from, channels, 1) : null;

    /// <summary>
    /// Equation 1, right: a (x) f_1x1(P_M(Attn_previous)), P_M a max pooling of 3 with stride 2; a itself in the first
    /// block.
    /// </summary>
    protected static Tensor Continued(Tensor map, Tensor? previous, Conv2d? carry)
    {
        if (previous is null) return map;
        var pooled = nn.functional.max_pool2d(previous, kernel_size: 3, stride: 2, padding: 1);
        return map * (carry is null ? pooled : carry.call(pooled));
    }
}

/// <summary>
/// The attention of a CVA block (equation 1, figure 2b): a weight per row from the average over the width, a weight per
/// column from the average over the height, or both.
/// </summary>
/// <remarks>
/// f_1 reduces to max(8, C_in / 32) channels, C_in the block's input channels as in the published code (128, 128, 128
/// and 256: 8 in all four blocks); the paper calls C "the channel dimension of the feature maps". With one direction
/// the published code still computes the other direction's strip, whose values enter the shared BatchNorm's batch
/// statistics in training and nothing else. Equation 1 has no such strip and neither has this class: with one direction
/// BatchNorm sees only that direction. In evaluation, with fixed statistics, both are the same function.
/// </remarks>
public sealed class CoordinateAttention : Attention
{
    private readonly Conv2d reduce;                // f_1, shared by both directions
    private readonly BatchNorm bn;
    private readonly Conv2d? vertical, horizontal; // f_2
    [ComponentName(Name = "previous_vertical")] private readonly Conv2d? previousVertical;
    [ComponentName(Name = "previous_horizontal")] private readonly Conv2d? previousHorizontal;
    private readonly AttentionActivation activation;
    private readonly bool continuous;

    /// <summary>Creates the attention of one block.</summary>
    /// <param name="from">Input channels C_in of the block.</param>
    /// <param name="channels">Channels C of F_conv.</param>
    /// <param name="options">Direction, continuity, activation.</param>
    public CoordinateAttention(int from, int channels, MerNetOptions options)
    {
        (activation, continuous) = (options.Activation, options.Continuous);
        var reduced = Math.Max(8, from / 32);
        (reduce, bn) = (Layers.Conv(channels, reduced, 1), Layers.BatchNorm2d(reduced));
        if (options.Attention != AttentionDirection.Horizontal)
            (vertical, previousVertical) = (Layers.Conv(reduced, channels, 1, bias: true),
                Carry(from, channels, continuous));
        if (options.Attention != AttentionDirection.Vertical)
            (horizontal, previousHorizontal) = (Layers.Conv(reduced, channels, 1, bias: true),
                Carry(from, channels, continuous));
        RegisterComponents();
    }

    /// <summary>Equation 1: AttnY = sigmoid(f_2(F_act(BN(f_1(P_AY(F_conv)))))) (x) f_1x1(P_M(Attn_previous)).</summary>
    protected override AttentionMaps Forward((Tensor Features, AttentionMaps? Previous) input)
    {
        var (features, previous) = (input.Features, continuous ? input.Previous : null);
        var rows = vertical is null ? null : features.mean([3], keepdim: true);         // P_AY         [N, C, H, 1]
        var columns = horizontal is null ? null : features.mean([2], keepdim: true);    // P_AX         [N, C, 1, W]
        if (rows is not null && columns is not null)
        {
            // Both directions share f_1 and BN, so they run as one strip.
            var strip = Reduce(cat([rows, columns.transpose(2, 3)], 2));                //              [N, m, H + W, 1]
            var height = features.size(2);
            (rows, columns) = (strip.narrow(2, 0, height),
                strip.narrow(2, height, strip.size(2) - height).transpose(2, 3));
        }
        else
        {
            (rows, columns) = (rows is null ? null : Reduce(rows), columns is null ? null : Reduce(columns));
        }

        return new AttentionMaps(
            // [N, C, H, 1]
            rows is null ? null : Continued(vertical!.call(rows).sigmoid_(), previous?.Vertical, previousVertical),
            // [N, C, 1, W]
            columns is null
                ? null
                : Continued(horizontal!.call(columns).sigmoid_(), previous?.Horizontal, previousHorizontal));
    }

    /// <summary>
    /// F_act(BN(f_1(.))); equation 3 prints F_act(x) = x * ReLU(x + 3) / 6, the published code has ReLU6.
    /// </summary>
    private Tensor Reduce(Tensor strip)
    {
        var x = bn.call(reduce.call(strip));
        return activation == AttentionActivation.HSwish ? nn.functional.hardswish(x) : (x * x.Plus(3).relu_()).Over(6);
    }
}

/// <summary>
/// The attention maps of one block: in (0, 1) in the first block and wherever blocks are independent; a continuous
/// block multiplies in the map of the block before, which passes a 1x1 convolution where channels grow, so later maps
/// can be of either sign.
/// </summary>
/// <param name="Vertical">
/// One weight per channel and row, [N, C, H, 1]; null when the network has no vertical attention.
/// </param>
/// <param name="Horizontal">
/// One weight per channel and column, [N, C, 1, W]; null when the network has no horizontal attention.
/// </param>
public sealed record AttentionMaps(Tensor? Vertical, Tensor? Horizontal) : ITensors
{
    /// <inheritdoc/>
    public IEnumerable<Tensor?> Tensors => [Vertical, Horizontal];
}

/// <summary>
/// The classifier (section 3.3): flattened map -> linear 512; the action units concatenated; BatchNorm, ReLU; linear
/// 128; BatchNorm; linear to the classes (published code). Linear layers in front of a BatchNorm have no bias, which
/// the BatchNorm would cancel. A ResNet-18 by itself is average-pooled first, as its own classifier has it.
/// </summary>
public sealed class FusionHead : Layer<(Tensor Map, Tensor ActionUnits), Tensor>
{
    /// <summary>Length of the action unit vector.</summary>
    public const int ActionUnitCount = 21;

    private readonly Module fc1;
    private readonly BatchNorm bn1;
    private readonly Module fc2;
    private readonly BatchNorm bn2;
    private readonly Module fc3;
    private readonly bool pools, actionUnits;

    /// <summary>Creates the head.</summary>
    /// <param name="options">Width, map size and classes.</param>
    /// <param name="actionUnits">Whether action units are concatenated.</param>
    public FusionHead(MerNetOptions options, bool actionUnits)
    {
        (pools, this.actionUnits) = (options.PoolsMotion, actionUnits);
        var (embedding, hidden) = (options.Scale(512), options.Scale(128));
        var joined = embedding + (actionUnits ? ActionUnitCount : 0);
        fc1 = nn.Linear(pools ? embedding : embedding * options.MapSize * options.MapSize, embedding, hasBias: false);
        bn1 = Layers.BatchNorm1d(joined);
        fc2 = nn.Linear(joined, hidden, hasBias: false);
        bn2 = Layers.BatchNorm1d(hidden);
        fc3 = nn.Linear(hidden, options.Classes);
        RegisterComponents();
    }

    /// <summary>Classifies F_M + F_POS; action units [N, 21] are ignored by a network without them.</summary>
    protected override Tensor Forward((Tensor Map, Tensor ActionUnits) input)
    {
        var x = fc1.call(pools ? input.Map.mean([2, 3]) : input.Map.flatten(1));              // [N, 100352] -> [N, 512]
        x = actionUnits ? cat([x, input.ActionUnits], 1) : x;                                 // [N, 533]
        x = bn2.call(fc2.call(bn1.call(x).relu_()));                                          // [N, 128]
        return fc3.call(x);                                                                   // [N, classes]
    }

    /// <summary>The last linear layer, whose input the embedding is.</summary>
    internal Module Last => fc3;
}
