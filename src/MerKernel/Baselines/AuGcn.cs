using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// AU-GCN: patches around 30 landmarks through a transformer for the brows and one for the mouth; a graph of nine
/// action units, linked by how often the training clips show them together, weighs the two. The action units of
/// a tested clip are never used. 1.05 M parameters.
/// </summary>
public sealed class AuGcn : Network, IDraws
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("au-gcn", "AU-GCN",
        "lei2021; reproduction: Justin900429/Facial-Graph-Representation-Learning")
    {
        Published = new AuGcnOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-4, epochs: 15, batch: 32),
        Reduced = new AuGcnOptions(),
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-3, epochs: 14, batch: 16),
        Sees = "patches of brows and mouth, magnified apex; action units of training clips",
        Magnification = PatchInput.AssumedLinearMagnification,
        Assumed =
        [
            "network and training of a published reproduction",
            "frames at the size of the prepared ones (published: 256 pixels)",
            "scored by our epoch protocols (published: the epoch of the best training accuracy)",
        ],
    };

    /// <summary>Three of the brows, six of the mouth.</summary>
    internal static ImmutableArray<int> Units { get; } = [1, 2, 4, 10, 12, 14, 15, 17, 25];

    private const int BrowUnits = 3, Features = 160, PixelsAPatch = PatchInput.Side * PatchInput.Side, TestedFactor = 4;

    private readonly Sequential patches;
    private readonly Sequential brows;
    private readonly Sequential mouth;
    private readonly AuGraph graph;
    private readonly LayerNorm norm;
    private readonly Module fc;

    internal AuGcn(AuGcnOptions options)
    {
        const int points = PatchInput.Points;
        patches = nn.Sequential(("conv", new Conv2d(points, points, 3, padding: 1, groups: points)),
            ("bn", Layers.BatchNorm2d(points)), ("relu", nn.ReLU()), ("flatten", nn.Flatten(2)));
        brows = Part(PatchInput.BrowPoints);
        mouth = Part(points - PatchInput.BrowPoints);
        graph = new AuGraph(Units.Length, Features);
        norm = nn.LayerNorm(Units.Length, 1e-6);
        fc = nn.Linear(Units.Length, options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override void FitStatistics(Tensor actionUnits, Tensor labels) =>
        graph.Count(actionUnits.index_select(1,
            tensor(Units.Select(u => (long)Data.ActionUnits.Used.IndexOf(u)).ToArray(), device: actionUnits.device)));

    /// <inheritdoc/>
    public Generator? Generator { get; set; }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var tokens = patches.call(Magnified.Pick(batch.Asked, training, TestedFactor, Generator));
        var units = graph.call(tokens).transpose(0, 1);
        var weighed = cat(
        [
            brows.call(tokens.narrow(1, 0, PatchInput.BrowPoints)).matmul(units.narrow(1, 0, BrowUnits)),
            mouth.call(tokens.narrow(1, PatchInput.BrowPoints, PatchInput.Points - PatchInput.BrowPoints))
                .matmul(units.narrow(1, BrowUnits, Units.Length - BrowUnits)),
        ], 1);
        return fc.call(norm.call(weighed));
    }

    private static Sequential Part(int points) => nn.Sequential(
    [
        .. Enumerable.Range(0, 6).Select(i => ($"encoder{i}",
            (Module)new PostNormEncoder(PixelsAPatch, heads: 8, headWidth: 16, hidden: 128, dropout: 0.1))),
        ("flatten", nn.Flatten()), ("fc1", nn.Linear(points * PixelsAPatch, 320)), ("relu1", nn.ReLU()),
        ("dropout", new SeededDropout(0.5)),
        ("fc2", nn.Linear(320, Features)), ("relu2", nn.ReLU()),
    ]);
}

/// <summary>AU-GCN (Lei et al., CVPR workshops 2021) as a published reproduction of it has it.</summary>
public sealed record AuGcnOptions : MagnifyingOptions
{
    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new PatchInput { Magnifier = Magnifier };

    /// <inheritdoc/>
    public override AuGcn Create(long seed, bool actionUnits) => Network.Build(() => new AuGcn(this), seed);
}

/// <summary>
/// A transformer encoder whose LayerNorms follow the sums, as in the first transformers; [N, L, C] -> [N, L, C].
/// </summary>
sealed class PostNormEncoder : Layer, IOwnMacs
{
    private const double Epsilon = 1e-6;

    private readonly Module q, k, v, proj, fc1, fc2;
    private readonly LayerNorm norm1, norm2;
    private readonly SeededDropout dropout1, dropout2;
    private readonly int heads, headWidth;

    /// <summary>Creates an encoder.</summary>
    /// <param name="width">Channels C.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="headWidth">Channels of a head.</param>
    /// <param name="hidden">Width of the feed-forward part.</param>
    /// <param name="dropout">Dropout rate behind both parts.</param>
    public PostNormEncoder(int width, int heads, int headWidth, int hidden, double dropout)
    {
        (this.heads, this.headWidth) = (heads, headWidth);
        (q, k, v) = (nn.Linear(width, heads * headWidth, false), nn.Linear(width, heads * headWidth, false),
            nn.Linear(width, heads * headWidth, false));
        proj = nn.Linear(heads * headWidth, width);
        (fc1, fc2) = (nn.Linear(width, hidden), nn.Linear(hidden, width));
        (norm1, norm2) = (nn.LayerNorm(width, Epsilon), nn.LayerNorm(width, Epsilon));
        (dropout1, dropout2) = (new SeededDropout(dropout), new SeededDropout(dropout));
        RegisterComponents();
    }

    long IOwnMacs.OwnMacs(Tensor input) => 2 * input.size(0) * input.size(1) * input.size(1) * heads * headWidth;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        Tensor Heads(Tensor x) => x.view(x.size(0), x.size(1), heads, headWidth).transpose(1, 2);
        var attended = nn.functional.scaled_dot_product_attention(Heads(q.call(input)), Heads(k.call(input)),
            Heads(v.call(input)));
        var x = norm1.call(dropout1.call(proj.call(attended.transpose(1, 2).flatten(2))).Plus(input));
        return norm2.call(dropout2.call(fc2.call(fc1.call(x).relu_())).Plus(x));
    }
}

/// <summary>
/// Graph convolution over action units: embeddings of 40 values, twice propagated along the links and mixed, to
/// [units, features].
/// </summary>
sealed class AuGraph : Layer
{
    private static readonly Scalar s_slope = 0.2;

    private const int Embedding = 40, Hidden = 80;

    private readonly Parameter embedding;
    private readonly Parameter weight1;
    private readonly Parameter weight2;
    private readonly Tensor propagation;

    /// <summary>Creates the graph, without links until they are counted.</summary>
    /// <param name="units">Action units.</param>
    /// <param name="features">Values of each in the end.</param>
    public AuGraph(int units, int features)
    {
        embedding = new Parameter(randn(units, Embedding));
        (weight1, weight2) = (Uniform(Embedding, Hidden), Uniform(Hidden, features));
        // Part of the network's state: a reloaded one has the links that it was trained with.
        propagation = eye(units);
        RegisterComponents();
    }

    /// <summary>
    /// Counts the links on training clips: A[i, j] is the share of i's clips that show j too, plus the identity. They
    /// are propagated by D^-1/2 A^T D^-1/2, D the number of entries in A's row that are not zero.
    /// </summary>
    /// <param name="active">[clips, units], 0 or 1.</param>
    public void Count(Tensor active)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var shown = active.sign().to_type(ScalarType.Float64);
        var together = shown.t().matmul(shown);
        var links = together / together.diagonal().AtLeast(1).unsqueeze(1);
        links.diagonal().fill_(Numbers.One);
        var degree = links.sign().sum(1);
        propagation.copy_(links.t() / degree.unsqueeze(1).mul(degree).sqrt());
    }

    /// <summary>The action units' features, [units, features].</summary>
    /// <param name="input">Any tensor of the batch, for its type.</param>
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var links = propagation.to_type(input.dtype);
        var x = links.matmul(embedding.matmul(weight1)).leaky_relu(s_slope);
        return links.matmul(x.matmul(weight2)).leaky_relu(s_slope);
    }

    private static Parameter Uniform(int from, int to)
    {
        var bound = 1 / Math.Sqrt(to);
        return new Parameter(nn.init.uniform_(empty(from, to), -bound, bound));
    }
}
