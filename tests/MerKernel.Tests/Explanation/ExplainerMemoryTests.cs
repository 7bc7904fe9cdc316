using MerKernel.Explanation;
using MerKernel.Models;
using MerKernel.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Explanation;

[Collection(AloneCollection.Name)]
public class ExplainerMemoryTests
{
    [Theory]
    [InlineData("full")]
    [InlineData("vit")]
    [InlineData("both-directions")]
    public void Explaining_clips_leaves_no_tensor_behind(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(variant);
        var (onset, apex, units) = Networks.Batch(3, 40);
        var labels = tensor(new long[] { 0, 1, 2 });
        var clips = Explainer.Explain(network, onset, apex, units, labels);
        var before = Tensors();
        for (var i = 0; i < 3; i++) Explainer.Explain(network, onset, apex, units, labels);
        Assert.Equal(before, Tensors());

        Assert.Equal(3, clips.Length);
        using var quiet = no_grad();
        var logits = Networks.Values(network.call(new ClipBatch(onset, apex, units)));
        for (var i = 0; i < logits.Length; i++) Assert.Equal(logits[i], clips[i / 5].Logits[i % 5], 1e-5f);
    }

    static long Tensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
