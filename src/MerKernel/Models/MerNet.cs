using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The two-stream network of the paper (figure 1) and, by its options, every ablation of Tables 2 to 7.</summary>
public sealed class MerNet : Network
{
    private readonly nn.Module<Tensor, Tensor> motion;
    private readonly nn.Module<Tensor, Tensor>? position;
    private readonly FusionHead head;
    private readonly StochasticDepth stochasticDepth;
    private readonly ImmutableArray<LearnedDirection> directions;

    private MerNet(MerNetOptions options, bool actionUnits) : base(nameof(MerNet))
    {
        Options = options;
        SeesActionUnits = actionUnits;
        stochasticDepth = new StochasticDepth(options.StochasticDepth, SwinTransformer.BlockCount);
        motion = options.Motion == MotionStream.ContinuousAttention
            ? new CvaNetwork(options)
            : new ResNet18(options, lastStride: options.PoolsMotion ? 2 : 1);
        position = options.Position switch
        {
            PositionStream.Swin => new SwinTransformer(options, stochasticDepth),
            PositionStream.ViT => new VisionTransformer(options),
            _ => null,
        };
        head = new FusionHead(options.PoolsMotion ? options.Scale(512) : options.Scale(512) * options.MapSize * options.MapSize, options, actionUnits);
        RegisterComponents();
        directions = [.. modules().OfType<LearnedDirection>()];
    }

    /// <summary>What the network was built from.</summary>
    public MerNetOptions Options { get; }

    /// <summary>Whether the head concatenates the 21 action units (section 3.3).</summary>
    public bool SeesActionUnits { get; }

    /// <summary>The facial position focalizer (section 3.2), frames [N, 3, S, S] -> F_POS; null without a position stream.</summary>
    public nn.Module<Tensor, Tensor>? Focalizer => position;

    /// <summary>Builds a network with weights drawn from a seed.</summary>
    /// <param name="options">The network; an impossible combination is a <see cref="UserErrorException"/>.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="actionUnits">Whether the head gets the 21 action units.</param>
    public static MerNet Create(MerNetOptions options, long seed, bool actionUnits = true)
    {
        options.Validate();
        return Build(() => new MerNet(options, actionUnits), seed);
    }

    /// <inheritdoc/>
    public override void UseGenerator(Generator generator) => stochasticDepth.Generator = generator;

    /// <inheritdoc/>
    public override bool RepeatsItself => true;

    /// <inheritdoc/>
    public override void DrawAhead(long clips, Device device)
    {
        if (position is SwinTransformer) stochasticDepth.DrawAhead(Options.Frames == PositionFrames.OnsetAndApex ? 2 * clips : clips, device);
    }

    /// <summary>Classifies a batch.</summary>
    /// <param name="onset">Onset frames, normalised, [N, 3, S, S].</param>
    /// <param name="apex">Apex frames, normalised, [N, 3, S, S].</param>
    /// <param name="actionUnits">Action units as 0 or 1, [N, 21]; ignored by a network without them.</param>
    /// <returns>Logits [N, classes].</returns>
    public Tensor forward(Tensor onset, Tensor apex, Tensor actionUnits)
    {
        using var scope = NewDisposeScope();
        return Run(onset, apex, actionUnits, null).Logits.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch) => forward(batch.Onset, batch.Apex, batch.ActionUnits);

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> OwnRates =>
        [.. directions.Select(d => new ParameterGroup([.. d.parameters()], LearnedDirection.LearningRate, LearnedDirection.WeightDecay))];

    /// <inheritdoc/>
    public override ImmutableArray<float> Angles => [.. directions.Select(d => d.Degrees)];

    /// <summary>Classifies a batch and keeps the maps on the way.</summary>
    /// <param name="onset">Onset frames, normalised, [N, 3, S, S].</param>
    /// <param name="apex">Apex frames, normalised, [N, 3, S, S].</param>
    /// <param name="actionUnits">Action units as 0 or 1, [N, 21]; ignored by a network without them.</param>
    public MerNetFeatures Extract(Tensor onset, Tensor apex, Tensor actionUnits) => Run(onset, apex, actionUnits, []);

    private MerNetFeatures Run(Tensor onset, Tensor apex, Tensor actionUnits, List<AttentionMaps>? maps)
    {
        if (onset.size(2) != Options.InputSize || onset.size(3) != Options.InputSize)
        {
            throw new ArgumentException($"The frames are {onset.size(2)} x {onset.size(3)}, but the network was built for {Options.InputSize} x {Options.InputSize}.", nameof(onset));
        }

        using var scope = NewDisposeScope();
        var difference = apex - onset;
        var motionMap = motion is CvaNetwork attention ? attention.Run(difference, maps) : motion.call(difference);
        var positionMap = position is null ? null : LocatePosition(position, onset, apex);
        var fused = positionMap is not null ? motionMap.Plus(positionMap) : Options.PoolsMotion ? motionMap.mean([2, 3]) : motionMap;
        var embedding = head.Embed(fused, SeesActionUnits ? actionUnits : null);
        var logits = head.Classify(embedding);

        positionMap?.MoveToOuterDisposeScope();
        maps?.ForEach(map => map.MoveToOuterDisposeScope());
        return new MerNetFeatures(
            motionMap.MoveToOuterDisposeScope(), positionMap, maps ?? [], fused.MoveToOuterDisposeScope(),
            embedding.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
    }

    private Tensor LocatePosition(nn.Module<Tensor, Tensor> stream, Tensor onset, Tensor apex)
    {
        if (Options.Frames != PositionFrames.OnsetAndApex)
        {
            return stream.call(Options.Frames == PositionFrames.Onset ? onset : apex);
        }

        // One batch of 2N through the shared weights, then the halves added.
        var both = stream.call(cat([onset, apex], 0));
        var count = onset.size(0);
        return both.narrow(0, 0, count).Plus(both.narrow(0, count, count));
    }
}
