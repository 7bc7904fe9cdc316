using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// AU-GCN: patches around 30 landmarks through a transformer for the brows and one for the mouth; a graph of nine action units, linked by how often the training clips
/// show them together, weighs the two. The action units of a tested clip are never used. 1.05 M parameters.
/// </summary>
public sealed class AuGcn : Network
{
    /// <summary>Three of the brows, six of the mouth.</summary>
    internal static ImmutableArray<int> Units { get; } = [1, 2, 4, 10, 12, 14, 15, 17, 25];

    private const int BrowUnits = 3, Features = 160, PixelsAPatch = PatchInput.Side * PatchInput.Side, TestedFactor = 4;

    private readonly Sequential patches;
    private readonly Sequential brows;
    private readonly Sequential mouth;
    private readonly AuGraph graph;
    private readonly LayerNorm norm;
    private readonly Linear fc;
    private Generator? generator;

    private AuGcn(AuGcnOptions options) : base(nameof(AuGcn))
    {
        const int points = PatchInput.Points;
        patches = nn.Sequential(("conv", nn.Conv2d(points, points, 3, padding: 1, groups: points)), ("bn", nn.BatchNorm2d(points)), ("relu", nn.ReLU()), ("flatten", nn.Flatten(2)));
        brows = Part(PatchInput.BrowPoints);
        mouth = Part(points - PatchInput.BrowPoints);
        graph = new AuGraph(Units.Length, Features);
        norm = nn.LayerNorm(Units.Length, 1e-6);
        fc = nn.Linear(Units.Length, options.Classes);
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static AuGcn Create(AuGcnOptions options, long seed) => Build(() => new AuGcn(options), seed);

    /// <inheritdoc/>
    public override void UseGenerator(Generator generator)
    {
        base.UseGenerator(generator);
        this.generator = generator;
    }

    /// <inheritdoc/>
    public override void SeeTraining(Tensor actionUnits, Tensor labels) =>
        graph.Count(actionUnits.index_select(1, tensor(Units.Select(u => (long)Data.ActionUnits.Used.IndexOf(u)).ToArray(), device: actionUnits.device)));

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var tokens = patches.call(Magnified.Pick(batch.Asked, training, TestedFactor, generator));
        var units = graph.call(tokens).transpose(0, 1);
        var weighed = cat(
        [
            brows.call(tokens.narrow(1, 0, PatchInput.BrowPoints)).matmul(units.narrow(1, 0, BrowUnits)),
            mouth.call(tokens.narrow(1, PatchInput.BrowPoints, PatchInput.Points - PatchInput.BrowPoints)).matmul(units.narrow(1, BrowUnits, Units.Length - BrowUnits)),
        ], 1);
        return fc.call(norm.call(weighed)).MoveToOuterDisposeScope();
    }

    private static Sequential Part(int points) => nn.Sequential(
    [
        .. Enumerable.Range(0, 6).Select(i => ($"encoder{i}", (nn.Module<Tensor, Tensor>)new PostNormEncoder(PixelsAPatch, heads: 8, headWidth: 16, hidden: 128, dropout: 0.1))),
        ("flatten", nn.Flatten()), ("fc1", nn.Linear(points * PixelsAPatch, 320)), ("relu1", nn.ReLU()), ("dropout", new SeededDropout(0.5)),
        ("fc2", nn.Linear(320, Features)), ("relu2", nn.ReLU()),
    ]);
}
