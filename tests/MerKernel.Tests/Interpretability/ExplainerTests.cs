using MerKernel.Interpretability;
using MerKernel.Models;
using MerKernel.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Interpretability;

[Collection(AloneCollection.Name)]
public class ExplainerTests
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

    [Fact]
    public void Each_map_is_of_the_frame_and_the_class_that_it_names()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("full");
        var (onset, apex, units) = Networks.Batch(3, 40);
        network.eval();
        var predicted = network.call(new ClipBatch(onset, apex, units)).argmax(1);
        var labels = (predicted + 1).remainder(5);
        var clips = Explainer.Explain(network, onset, apex, units, labels);
        var features = MerNetFeatures.Of(network, new ClipBatch(onset, apex, units));
        void Same(Tensor maps, Func<ClipExplanation, float[,]?> of)
        {
            for (var i = 0; i < 3; i++)
                Assert.True(allclose(maps[i].detach(), tensor(of(clips[i])!), rtol: 1e-4, atol: 1e-6));
        }
        Same(GradCam.Of(features, predicted), c => c.PredictedClassMap);
        Same(GradCam.Of(features, labels), c => c.TrueClassMap);
        Same(AttentionRollout.Of(network.Position!, onset).Map, c => c.OnsetRollout);
        Same(AttentionRollout.Of(network.Position!, apex).Map, c => c.ApexRollout);
        Assert.NotEqual(clips[0].OnsetRollout!.Cast<float>(), clips[0].ApexRollout!.Cast<float>());
        Assert.NotEqual(clips[0].PredictedClassMap.Cast<float>(), clips[0].TrueClassMap.Cast<float>());
    }

    static long Tensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
