using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// DSSN: the flow's magnitude in one stream and its strain in the other, each an image of three equal channels through AlexNet's first two convolutions with
/// local response normalisation; the maps are multiplied, dropout, one linear layer. 0.97 M parameters. Sees flow alone.
/// </summary>
public sealed class Dssn : Network, IStartsPretrained
{
    // ImageNet's means in 0..255, which the released code takes off before it divides by 255.
    private readonly Constant means = new(() => torch.tensor(new[] { 123.68f, 116.779f, 103.939f }).view(1, 3, 1, 1));
    private readonly Sequential magnitude;
    private readonly Sequential strain;
    private readonly SeededDropout dropout;
    private readonly Linear fc;

    private Dssn(DssnOptions options) : base(nameof(Dssn))
    {
        magnitude = Stream(options.WidthDivisor);
        strain = Stream(options.WidthDivisor);
        dropout = new SeededDropout(0.5);
        var side = Pooled(Pooled((options.FlowSize - 11) / 4 + 1)) + 2;
        fc = nn.Linear(256 / options.WidthDivisor * side * side, options.Classes);
        RegisterComponents();
    }

    IEnumerable<nn.Module> IStartsPretrained.PretrainedParts => [magnitude, strain];

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static Dssn Create(DssnOptions options, long seed) => Build(() => new Dssn(options), seed);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = FlowImages.Scaled(batch.Asked, FlowImages.Magnitude, FlowImages.Strain);
        var product = magnitude.call(Image(images, 0)) * strain.call(Image(images, 1));
        return fc.call(dropout.call(product.flatten(1))).MoveToOuterDisposeScope();
    }

    // The published model's maps are padded by one before they are multiplied, which keeps AlexNet's next layer's input size.
    private static Sequential Stream(int divisor) => nn.Sequential(
        ("conv1", nn.Conv2d(3, 96 / divisor, 11, stride: 4)), ("relu1", nn.ReLU()), ("pool1", nn.MaxPool2d(3, stride: 2)), ("lrn1", Normalization()),
        ("conv2", nn.Conv2d(96 / divisor, 256 / divisor, 5, padding: 2, groups: 2)), ("relu2", nn.ReLU()), ("pool2", nn.MaxPool2d(3, stride: 2)), ("lrn2", Normalization()),
        ("pad", nn.ZeroPad2d(1)));

    // Torch divides alpha by the 5 channels, the published code does not.
    private static LocalResponseNorm Normalization() => nn.LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2);

    private static int Pooled(int side) => (side - 3) / 2 + 1;

    private Tensor Image(Tensor images, int map) => (images.narrow(1, map, 1).expand(-1, 3, -1, -1) - means.Like(images)).Over(255);
}
