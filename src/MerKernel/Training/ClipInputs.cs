using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MerKernel.Data;
using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Networks' inputs from clips besides frames: computed once per data set.</summary>
internal static class ClipInputs
{
    static readonly ConditionalWeakTable<MerDataset, ConcurrentDictionary<ClipInput, Lazy<Tensor>>> Known = [];

    /// <summary>The input of every clip of a data set, float32 [clips, ...]; it belongs to the data set.</summary>
    /// <exception cref="UserErrorException">The cache folder cannot be written to.</exception>
    public static Tensor Of(MerDataset dataset, ClipInput input) =>
        Known.GetOrCreateValue(dataset).GetOrAdd(input, asked => new Lazy<Tensor>(() => Compute(dataset, asked))).Value;

    static Tensor Compute(MerDataset dataset, ClipInput input)
    {
        long[] shape = [dataset.Clips.Length, .. input.Shape(dataset.Size)];
        var values = input.Compute(dataset);
        // Made in inference mode it could not be trained on later.
        using var normal = inference_mode(false);
        return tensor(values).view(shape).DetachFromDisposeScope();
    }
}
