using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Tests.Baselines;

/// <summary>Random batches for networks of any kind.</summary>
static class BaselineBatches
{
    public static ClipBatch Random(ModelOptions options, int clips, long seed = 5)
    {
        using var generator = new TorchSharp.torch.Generator((ulong)seed, CPU);
        var frames = options.SeesFrames ? clips : 0;
        return new ClipBatch(
            randn([frames, 3, options.InputSize, options.InputSize], generator: generator),
            randn([frames, 3, options.InputSize, options.InputSize], generator: generator),
            rand([clips, FusionHead.ActionUnitCount], generator: generator).gt(0.8f).to_type(ScalarType.Float32),
            options.Input is { } asked ? rand([clips, .. asked.Shape(options.InputSize)], generator: generator) : null);
    }
}
