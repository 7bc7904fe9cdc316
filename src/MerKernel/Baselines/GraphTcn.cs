using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// Graph-TCN: the pixels of the patches around 28 landmarks as one sequence for the brows (490) and one for the mouth
/// (882). A node channel of four dilated causal blocks and an edge channel of one block whose dilation of 49 links the
/// same pixel of neighbouring landmarks are added; two linear layers. 17.6 M parameters.
/// </summary>
public sealed class GraphTcn : Network, IDraws
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("graph-tcn", "Graph-TCN", "lei2020; code: raying777/mercodes")
    {
        Published = new GraphTcnOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-3, epochs: 100, batch: 32),
        Reduced = new GraphTcnOptions { Channels = 8, Hidden = 64 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 2e-3, epochs: 16, batch: 16),
        Sees = "patches of brows and mouth, magnified apex",
        Magnification = PatchInput.AssumedLinearMagnification,
        Assumed =
        [
            "the two mouth landmarks left out are the inner corners",
            "ten factors, 1.2 to 3.0, one drawn per clip and epoch; tested at 3.0",
            "class weights in place of repeated rows of rare classes",
            "Adam at 1e-3, 100 epochs, batches of 32: optimiser, rate and epochs are not published",
        ],
    };

    private const int PixelsAPatch = PatchInput.Side * PatchInput.Side;

    private readonly Sequential nodes;
    private readonly TemporalBlock edges;
    private readonly Module fc1;
    private readonly BatchNorm bn1;
    private readonly Module fc2;
    private readonly BatchNorm bn2;
    private readonly SeededDropout dropout1 = new(TemporalBlock.Dropout), dropout2 = new(TemporalBlock.Dropout);
    private readonly long[] points;
    private float[] classWeights;

    internal GraphTcn(GraphTcnOptions options)
    {
        points = [.. Enumerable.Range(0, PatchInput.Points)
            .Where(i => !GraphTcnOptions.AssumedMissingMouthPoints.Contains(48 + i - PatchInput.BrowPoints))
            .Select(i => (long)i)];
        nodes = nn.Sequential([.. Enumerable.Range(0, 4).Select(i =>
            ($"block{i}", (Module)new TemporalBlock(i == 0 ? 1 : options.Channels, options.Channels, 1 << i)))]);
        edges = new TemporalBlock(1, options.Channels, PixelsAPatch);
        fc1 = nn.Linear(options.Channels * points.Length * PixelsAPatch, options.Hidden);
        bn1 = Layers.BatchNorm1d(options.Hidden);
        fc2 = nn.Linear(options.Hidden, options.Classes);
        bn2 = Layers.BatchNorm1d(options.Classes);
        classWeights = [.. Enumerable.Repeat(1f, options.Classes)];
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override void FitStatistics(Tensor actionUnits, Tensor labels) =>
        classWeights = Baseline.ClassWeights(labels, classWeights.Length);

    /// <inheritdoc/>
    public Generator? Generator { get; set; }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        // Tested on a clip's tenth row, presumably its largest factor.
        var patches = Magnified.Pick(batch.Asked, training, PatchInput.Factors - 1, Generator)
            .index_select(1, tensor(points, device: batch.Asked.device));
        var sequence = patches.reshape(patches.size(0), 1, -1);
        const long brows = PatchInput.BrowPoints * PixelsAPatch;
        Tensor Part(Tensor part) => nodes.call(part).Plus(edges.call(part));
        var joined = cat(
            [Part(sequence.narrow(2, 0, brows)), Part(sequence.narrow(2, brows, sequence.size(2) - brows))], 2);
        var hidden = dropout1.call(bn1.call(fc1.call(joined.flatten(1)))).relu_();
        return dropout2.call(bn2.call(fc2.call(hidden))).relu();
    }

    /// <summary>Negative log likelihood, weighted in place of the repeated rows of rare classes.</summary>
    protected override Tensor LossOf(ClipBatch batch, Tensor labels, int epoch)
    {
        return nn.functional.cross_entropy(call(batch), labels, tensor(classWeights, device: labels.device));
    }
}

/// <summary>Graph-TCN (Lei et al., ACM MM 2020): its published network; the training is assumed.</summary>
public sealed record GraphTcnOptions : MagnifyingOptions
{
    /// <summary>Channels of the temporal blocks.</summary>
    public int Channels { get; init; } = 25;

    /// <summary>Width of the hidden linear layer.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>
    /// The two of the 20 mouth landmarks that are left out to make 18: the inner corners. Which two the authors left
    /// out is not known.
    /// </summary>
    internal static ImmutableArray<int> AssumedMissingMouthPoints { get; } = [60, 64];

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new PatchInput { Magnifier = Magnifier };

    /// <inheritdoc/>
    public override GraphTcn Create(long seed, bool actionUnits) => Network.Build(() => new GraphTcn(this), seed);
}

/// <summary>
/// A block of a temporal convolutional network (Bai et al. 2018): twice a weight-normed causal convolution, ReLU,
/// dropout; a shortcut; ReLU; [N, C, L] -> [N, C', L].
/// </summary>
sealed class TemporalBlock : Layer, IOwnMacs
{
    /// <summary>Dropout rate.</summary>
    public const double Dropout = 0.05;

    private const int Kernel = 7;

    private readonly Parameter direction1, length1, bias1, direction2, length2, bias2;
    private readonly Conv1d? shortcut;
    private readonly SeededDropout dropout1 = new(Dropout), dropout2 = new(Dropout);
    private readonly int dilation;

    /// <summary>Creates a block.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="dilation">Distance of the kernel's taps.</param>
    public TemporalBlock(int from, int to, int dilation)
    {
        (direction1, length1, bias1) = Convolution(from, to);
        (direction2, length2, bias2) = Convolution(to, to);
        if (from != to)
        {
            shortcut = nn.Conv1d(from, to, 1);
            nn.init.normal_(shortcut.weight!, 0, 0.01);
        }

        this.dilation = dilation;
        RegisterComponents();
    }

    long IOwnMacs.OwnMacs(Tensor input) => input.size(0) * input.size(2) * (direction1.numel() + direction2.numel());

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var x = dropout1.call(Causal(input, direction1, length1, bias1).relu());
        x = dropout2.call(Causal(x, direction2, length2, bias2).relu());
        return x.Plus(shortcut is null ? input : shortcut.call(input)).relu();
    }

    private static (Parameter Direction, Parameter Length, Parameter Bias) Convolution(int from, int to)
    {
        var direction = nn.init.normal_(empty(to, from, Kernel), 0, 0.01);
        // A Parameter takes the tensor over, so the length is computed first.
        var length = Length(direction).clone();
        return (new Parameter(direction), new Parameter(length), new Parameter(zeros(to)));
    }

    private static Tensor Length(Tensor direction) => direction.Squared().sum([1, 2], keepdim: true).sqrt();

    private Tensor Causal(Tensor input, Parameter direction, Parameter length, Parameter bias)
    {
        // Padded only on the left: no value sees a later one.
        var padded = nn.functional.pad(input, ((Kernel - 1) * dilation, 0));
        return Ops.Convolution1d(padded, direction * (length / Length(direction)), bias, dilation: dilation);
    }
}
