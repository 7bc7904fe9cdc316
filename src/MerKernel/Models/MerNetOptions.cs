namespace MerKernel.Models;

/// <summary>How the motion map F_M comes from the difference image.</summary>
public enum MotionStream
{
    /// <summary>Stem and four continuous vertical attention blocks (paper section 3.1).</summary>
    ContinuousAttention,

    /// <summary>ResNet-18 (Table 2's baseline; with a position stream its last stage keeps stride 1).</summary>
    ResNet18,
}

/// <summary>How the position map F_POS comes from the onset and apex frames.</summary>
public enum PositionStream
{
    /// <summary>Swin transformer, the paper's facial position focalizer (section 3.2).</summary>
    Swin,

    /// <summary>Vision transformer (Table 5).</summary>
    ViT,

    /// <summary>No position stream.</summary>
    None,
}

/// <summary>The direction along which attention weights vary (Table 3).</summary>
public enum AttentionDirection
{
    /// <summary>Y: one weight per row (the paper's choice).</summary>
    Vertical,

    /// <summary>X: one weight per column.</summary>
    Horizontal,

    /// <summary>X+Y: both maps are multiplied in.</summary>
    Both,

    /// <summary>
    /// A direction that each block learns (FaceSleuth's SOA, arXiv 2506.02695); not in the paper's Table 3.
    /// </summary>
    Learned,
}

/// <summary>The frames the position stream sees (Table 6).</summary>
public enum PositionFrames
{
    /// <summary>Onset and apex through the same weights, maps added.</summary>
    OnsetAndApex,

    /// <summary>Only the onset.</summary>
    Onset,

    /// <summary>Only the apex.</summary>
    Apex,
}

/// <summary>F_act of equation 3.</summary>
public enum AttentionActivation
{
    /// <summary>x * ReLU6(x + 3) / 6, as the published code has it.</summary>
    HSwish,

    /// <summary>x * ReLU(x + 3) / 6, as equation 3 is printed.</summary>
    Uncapped,
}

/// <summary>The meaning of a learned direction's angle: FaceSleuth's paper and code differ by 90 degrees.</summary>
public enum AngleReading
{
    /// <summary>
    /// The published code's: the map is rotated by the angle, so that vertical attention is at 0 degrees.
    /// </summary>
    Published,

    /// <summary>The paper's: vertical attention is at 90 degrees, so the map is rotated by the angle less 90.</summary>
    Paper,
}

/// <summary>The network of one row of Tables 2 to 7; the defaults are the paper's full network.</summary>
public sealed record MerNetOptions : ModelOptions
{
    /// <summary>The motion stream (section 3.1).</summary>
    public MotionStream Motion { get; init; } = MotionStream.ContinuousAttention;

    /// <summary>The position stream (section 3.2).</summary>
    public PositionStream Position { get; init; } = PositionStream.Swin;

    /// <summary>Direction of the attention maps (section 3.1, Table 3).</summary>
    public AttentionDirection Attention { get; init; } = AttentionDirection.Vertical;

    /// <summary>
    /// True: each block multiplies in the map of the block before (equation 1); false: 'independent' (Table 4).
    /// </summary>
    public bool Continuous { get; init; } = true;

    /// <summary>Frames the position stream sees (section 3.2, Table 6).</summary>
    public PositionFrames Frames { get; init; } = PositionFrames.OnsetAndApex;

    /// <summary>The attention's activation (published code; equation 3 prints the other).</summary>
    public AttentionActivation Activation { get; init; } = AttentionActivation.HSwish;

    /// <summary>
    /// Every channel count of the paper is divided by this: 1 is the paper's width, 8 an eighth of it.
    /// </summary>
    public int WidthDivisor { get; init; } = 1;

    /// <summary>
    /// Side of the Swin window in patches; 7 tiles every stage at 224 pixels without padding, 4 does so at 64 pixels.
    /// </summary>
    public int WindowSize { get; init; } = 7;

    /// <summary>
    /// Largest stochastic depth rate of the Swin blocks; the rate grows linearly from 0 in the first block (published
    /// code).
    /// </summary>
    public double StochasticDepth { get; init; } = 0.1;

    /// <summary>The meaning of the angle where <see cref="Attention"/> is learned.</summary>
    [AddedOption]
    public AngleReading Angle { get; init; }

    /// <summary>
    /// Counts changes in the computation of the same options, so that folds and records of another version are not
    /// taken for this one's: 2 since the fourth CVA block reduces to 8 channels (C_in / 32), as at half the paper's
    /// width and less it always did; null where nothing has changed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Revision =>
        this is { WidthDivisor: 1, Motion: MotionStream.ContinuousAttention, Attention: not AttentionDirection.Learned }
            ? 2
            : null;

    /// <inheritdoc/>
    public override MerNet Create(long seed, bool actionUnits) => MerNet.Create(this, seed, actionUnits);

    /// <summary>Whether the head sees the motion map's average: ResNet-18 by itself (Table 2's baseline).</summary>
    internal bool PoolsMotion => Motion == MotionStream.ResNet18 && Position == PositionStream.None;

    /// <summary>Side of F_M and F_POS: 14 at 224 pixels.</summary>
    internal int MapSize => (InputSize + 15) / 16;

    /// <summary>A channel count of the paper at this width.</summary>
    internal int Scale(int channels) => channels / WidthDivisor;

    /// <summary>Refuses sizes no network can be built from.</summary>
    /// <exception cref="UserErrorException">Names the option and its range.</exception>
    internal void Validate()
    {
        string? complaint = this switch
        {
            { InputSize: < 16 or > 1024 } => $"InputSize is {InputSize}; use 16 to 1024 pixels.",
            { WidthDivisor: not (1 or 2 or 4 or 8 or 16 or 32) } =>
                $"WidthDivisor is {WidthDivisor}; use 1, 2, 4, 8, 16 or 32.",
            { WindowSize: < 2 } => $"WindowSize is {WindowSize}; use at least 2 patches.",
            { StochasticDepth: < 0 or >= 1 } => $"StochasticDepth is {StochasticDepth}; use a rate from 0 to below 1.",
            { Classes: < 2 } => $"Classes is {Classes}; use at least 2.",
            _ => Undefined(Motion) ?? Undefined(Position) ?? Undefined(Attention) ?? Undefined(Frames)
                ?? Undefined(Activation) ?? Undefined(Angle),
        };
        if (complaint is not null)
            throw new UserErrorException(complaint);

        static string? Undefined<T>(T value) where T : struct, Enum => Enum.IsDefined(value) ? null
            : $"{typeof(T).Name} is {value}; use {string.Join(", ", Enum.GetNames<T>())}.";
    }
}
