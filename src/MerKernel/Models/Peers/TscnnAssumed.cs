using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// TSCNN as far as it can be assumed: three streams of one shape, on the grey apex, on the apex cut into 4 x 4 blocks (16 channels), and on the flow onset to apex and
/// apex to offset (u, v of both). The streams are those of its successor SKD-TSTSAN without magnifier, channel attention, temporal shift and distillation.
/// </summary>
public sealed class TscnnAssumed : Network
{
    private const int Blocks = 4;

    private readonly Sequential staticSpatial;
    private readonly Sequential localSpatial;
    private readonly Sequential dynamicTemporal;
    private readonly SeededDropout dropout;
    private readonly Linear fc;
    private readonly double focalGamma;
    private float[] classWeights = [];

    private TscnnAssumed(TscnnOptions options) : base(nameof(TscnnAssumed))
    {
        var (narrow, wide) = (64 / options.WidthDivisor, 128 / options.WidthDivisor);
        staticSpatial = Stream(1, narrow, wide);
        localSpatial = Stream(Blocks * Blocks, narrow, wide);
        dynamicTemporal = Stream(4, narrow, wide);
        dropout = new SeededDropout(0.2);
        fc = nn.Linear(3 * wide, options.Classes);
        (focalGamma, classWeights) = (options.AssumedFocalGamma, [.. Enumerable.Repeat(1f, options.Classes)]);
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static TscnnAssumed Create(TscnnOptions options, long seed) => Build(() => new TscnnAssumed(options), seed);

    /// <inheritdoc/>
    public override void SeeTraining(Tensor actionUnits, Tensor labels) => classWeights = ClassWeights.Of(labels, classWeights.Length);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var apex = nn.functional.interpolate(batch.Apex.mean([1], keepdim: true), [TscnnOptions.Side, TscnnOptions.Side], mode: InterpolationMode.Bilinear, align_corners: false);
        // Each block becomes a channel: [N, 1, 48, 48] -> [N, 16, 12, 12].
        const int side = TscnnOptions.Side / Blocks;
        var blocks = apex.view(-1, Blocks, side, Blocks, side).permute(0, 1, 3, 2, 4).reshape(-1, Blocks * Blocks, side, side);
        var flow = cat([batch.Asked.narrow(1, 0, 2), batch.Asked.narrow(1, 4, 2)], 1);
        var joined = cat([staticSpatial.call(apex), localSpatial.call(blocks), dynamicTemporal.call(flow)], 1).flatten(1);
        return fc.call(dropout.call(joined)).MoveToOuterDisposeScope();
    }

    /// <summary>Focal loss (Lin et al. 2017), each class weighted by the inverse of its share of the training clips.</summary>
    public override Tensor Loss(ClipBatch batch, Tensor labels, int epoch)
    {
        using var scope = NewDisposeScope();
        var logProbability = nn.functional.log_softmax(call(batch), 1).gather(1, labels.unsqueeze(1)).squeeze(1);
        var weight = tensor(classWeights, device: labels.device).index_select(0, labels);
        var loss = -(weight * (1 - logProbability.exp()).pow(focalGamma) * logProbability).sum() / weight.sum();
        return loss.MoveToOuterDisposeScope();
    }

    private static Sequential Stream(int channels, int narrow, int wide) => nn.Sequential(
        ("conv1", Conv(channels, narrow, 5)), ("pool1", nn.MaxPool2d(5, stride: 2, padding: 2)),
        ("conv2", Conv(narrow, narrow, 3)), ("conv3", Conv(narrow, narrow, 3)), ("pool2", nn.AvgPool2d(3, stride: 2, padding: 1)),
        ("conv4", Conv(narrow, wide, 3)), ("conv5", Conv(wide, wide, 3)), ("pool3", nn.AdaptiveAvgPool2d(1)));

    private static Sequential Conv(int from, int to, int kernel) => nn.Sequential(
        ("conv", WeightInitialization.Conv(from, to, kernel, padding: kernel / 2)), ("bn", nn.BatchNorm2d(to)), ("relu", nn.ReLU()));
}
