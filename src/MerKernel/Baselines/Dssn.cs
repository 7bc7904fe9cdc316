using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// DSSN: the flow's magnitude in one stream and its strain in the other, each an image of three equal channels through
/// AlexNet's first two convolutions with local response normalisation; the maps are multiplied, dropout, one linear
/// layer. 0.97 M parameters. Sees only flow.
/// </summary>
public sealed class Dssn : Network, IStartsPretrained
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("dssn", "DSSN",
        "khor2019; code: IcedDoggie/DSSN-MER, training: IcedDoggie/ME_Autoencoders")
    {
        Published = new DssnOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-4, epochs: 100, batch: 60) with { KeepsOrder = true },
        Reduced = new DssnOptions { FlowSize = 67, WidthDivisor = 2 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-3, epochs: 16, batch: 16),
        Sees = "flow onset to apex (magnitude, strain)",
        Substitute = "starts from random weights in place of AlexNet's first two layers from ImageNet",
        Assumed =
        [
            FlowInput.AssumedScaling, "flow at the size of the prepared frames, resized to 227 pixels",
            "the published decay of 1e-7 per update is left out: it takes off less than a thousandth",
        ],
    };

    // ImageNet's means in 0..255, which the released code takes off before it divides by 255.
    private readonly Constant means = new(() => torch.tensor(new[] { 123.68f, 116.779f, 103.939f }).view(1, 3, 1, 1));
    private readonly Sequential magnitude;
    private readonly Sequential strain;
    private readonly SeededDropout dropout;
    private readonly Module fc;

    internal Dssn(DssnOptions options)
    {
        magnitude = Stream(options.WidthDivisor);
        strain = Stream(options.WidthDivisor);
        dropout = new SeededDropout(0.5);
        var side = Pooled(Pooled((options.FlowSize - 11) / 4 + 1)) + 2;
        fc = nn.Linear(256 / options.WidthDivisor * side * side, options.Classes);
        RegisterComponents();
    }

    IEnumerable<nn.Module> IStartsPretrained.PretrainedParts => [magnitude, strain];

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var images = FlowInput.Images(batch.Asked, FlowInput.Magnitude, FlowInput.Strain);
        var product = magnitude.call(Image(images, 0)) * strain.call(Image(images, 1));
        return fc.call(dropout.call(product.flatten(1)));
    }

    // The published model's maps are padded by one before they are multiplied, which keeps AlexNet's next layer's input
    // size.
    private static Sequential Stream(int divisor) => nn.Sequential(
        ("conv1", new Conv2d(3, 96 / divisor, 11, stride: 4)), ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(3, stride: 2)), ("lrn1", Normalization()),
        ("conv2", new Conv2d(96 / divisor, 256 / divisor, 5, padding: 2, groups: 2)), ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(3, stride: 2)), ("lrn2", Normalization()),
        ("pad", nn.ZeroPad2d(1)));

    // Torch divides alpha by the 5 channels, the published code does not.
    private static LocalResponseNorm Normalization() => nn.LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2);

    private static int Pooled(int side) => (side - 3) / 2 + 1;

    private Tensor Image(Tensor images, int map) =>
        (images.narrow(1, map, 1).expand(-1, 3, -1, -1) - means.Like(images)).Over(255);
}

/// <summary>
/// DSSN (Khor et al., ICIP 2019): two streams of AlexNet's first two layers, multiplied, as its released model has it.
/// </summary>
public sealed record DssnOptions : PretrainableOptions
{
    /// <summary>Side of the flow images.</summary>
    public int FlowSize { get; init; } = 227;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, FlowSize);

    /// <inheritdoc/>
    public override Dssn Create(long seed, bool actionUnits) => Network.Build(() => new Dssn(this), seed);
}
