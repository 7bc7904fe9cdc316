using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Models.Peers;
using MerKernel.Weights;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Magnifies the frames of clips and puts them through a frozen network; nothing in it is trained, so nothing of a test subject reaches a fold by it.</summary>
static class FrozenFeatures
{
    /// <summary>The features of every clip, as <see cref="FrozenFeatureInput"/> lays them out.</summary>
    public static float[] Of(MerDataset dataset, FrozenFeatureInput input, IClipSource source)
    {
        var length = input.Shape(dataset.Size).Aggregate(1L, (product, side) => product * side);
        if (length * dataset.Clips.Length > Array.MaxLength)
            throw new UserErrorException($"{dataset.Clips.Length} clips of {input.Frames} x {input.Versions} images are more features than one array holds; use fewer clips.");
        using var sequences = source.Sequence(input.Frames);
        using var network = FrozenResNet.Create(input.WidthDivisor);
        if (input.Weights is { } weights) PretrainedStart.Load(network, weights, "AMAN's frozen ResNet-18");
        using var magnification = new Magnification(input.Magnifier);
        var cache = new InputCache(dataset.CacheFolder);
        var all = new float[length * dataset.Clips.Length];
        for (var i = 0; i < dataset.Clips.Length; i++)
        {
            var clip = i;
            cache.Get($"features 1 {input.Frames} {input.Versions} {input.WidthDivisor} {input.Weights?.Sha256 ?? "random"} {input.Magnifier?.Sha256 ?? "linear"} {ClipInputs.HashOf(sequences, clip)}", (int)length,
                () => Of(sequences, clip, input, magnification, network)).CopyTo(all, i * length);
        }
        return all;
    }

    static float[] Of(Tensor sequences, int clip, FrozenFeatureInput input, Magnification magnification, nn.Module<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var frames = sequences[clip].to_type(ScalarType.Float32);
        var onset = frames.narrow(0, 0, 1);
        // A frame at a time: at full size all versions of all frames are a hundred images.
        var features = Enumerable.Range(0, input.Frames).Select(f =>
        {
            var versions = cat([.. Enumerable.Range(0, input.Versions).Select(v => magnification.Of(onset, frames.narrow(0, f, 1), input.Factor(v)))], 0);
            return network.call(PairSource.Normalised(versions));
        });
        return stack([.. features], 0).data<float>().ToArray();
    }
}
