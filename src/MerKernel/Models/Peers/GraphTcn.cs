using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// Graph-TCN: the pixels of the patches around 28 landmarks as one sequence for the brows (490) and one for the mouth (882). A node channel of four dilated causal
/// blocks and an edge channel of one block whose dilation of 49 links the same pixel of neighbouring landmarks are added; two linear layers. 17.6 M parameters.
/// </summary>
public sealed class GraphTcn : Network
{
    private const int PixelsAPatch = PatchInput.Side * PatchInput.Side;

    private readonly Sequential nodes;
    private readonly TemporalBlock edges;
    private readonly Linear fc1;
    private readonly BatchNorm1d bn1;
    private readonly Linear fc2;
    private readonly BatchNorm1d bn2;
    private readonly SeededDropout dropout1 = new(TemporalBlock.Dropout), dropout2 = new(TemporalBlock.Dropout);
    private readonly long[] points;
    private float[] classWeights;
    private Generator? generator;

    private GraphTcn(GraphTcnOptions options) : base(nameof(GraphTcn))
    {
        points = [.. Enumerable.Range(0, PatchInput.Points).Where(i => !GraphTcnOptions.AssumedMissingMouthPoints.Contains(48 + i - PatchInput.BrowPoints)).Select(i => (long)i)];
        nodes = nn.Sequential([.. Enumerable.Range(0, 4).Select(i => ($"block{i}", (nn.Module<Tensor, Tensor>)new TemporalBlock(i == 0 ? 1 : options.Channels, options.Channels, 1 << i)))]);
        edges = new TemporalBlock(1, options.Channels, PixelsAPatch);
        fc1 = nn.Linear(options.Channels * points.Length * PixelsAPatch, options.Hidden);
        bn1 = nn.BatchNorm1d(options.Hidden);
        fc2 = nn.Linear(options.Hidden, options.Classes);
        bn2 = nn.BatchNorm1d(options.Classes);
        classWeights = [.. Enumerable.Repeat(1f, options.Classes)];
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static GraphTcn Create(GraphTcnOptions options, long seed) => Build(() => new GraphTcn(options), seed);

    /// <inheritdoc/>
    public override void UseGenerator(Generator generator)
    {
        base.UseGenerator(generator);
        this.generator = generator;
    }

    /// <inheritdoc/>
    public override void SeeTraining(Tensor actionUnits, Tensor labels) => classWeights = ClassWeights.Of(labels, classWeights.Length);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        // Tested on a clip's tenth row, presumably its largest factor.
        var patches = Magnified.Pick(batch.Asked, training, PatchInput.Factors - 1, generator).index_select(1, tensor(points, device: batch.Asked.device));
        var sequence = patches.reshape(patches.size(0), 1, -1);
        const long brows = PatchInput.BrowPoints * PixelsAPatch;
        Tensor Part(Tensor part) => nodes.call(part).Plus(edges.call(part));
        var joined = cat([Part(sequence.narrow(2, 0, brows)), Part(sequence.narrow(2, brows, sequence.size(2) - brows))], 2);
        var hidden = dropout1.call(bn1.call(fc1.call(joined.flatten(1)))).relu_();
        return dropout2.call(bn2.call(fc2.call(hidden))).relu().MoveToOuterDisposeScope();
    }

    /// <summary>Negative log likelihood, weighted in place of the repeated rows of rare classes.</summary>
    public override Tensor Loss(ClipBatch batch, Tensor labels, int epoch)
    {
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(call(batch), labels, tensor(classWeights, device: labels.device)).MoveToOuterDisposeScope();
    }
}
