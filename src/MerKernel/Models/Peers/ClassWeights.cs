using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>Weights that make up for rare classes, counted on training clips alone.</summary>
internal static class ClassWeights
{
    /// <summary>For each class the training clips divided by classes times its own clips; 0 for a class that none of them has.</summary>
    public static float[] Of(Tensor labels, int classes)
    {
        using var scope = NewDisposeScope();
        var all = labels.cpu().data<long>().ToArray();
        return [.. Enumerable.Range(0, classes).Select(c => all.Count(l => l == c)).Select(count => count == 0 ? 0 : (float)all.Length / (classes * count))];
    }
}
