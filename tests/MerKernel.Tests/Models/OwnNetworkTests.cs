using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

using Conv2d = TorchSharp.Modules.Conv2d;

namespace MerKernel.Tests.Models;

/// <summary>
/// A network of one's own from the library's public parts: an attention of one's own in its blocks, a dropout behind
/// them.
/// </summary>
[Collection(AloneCollection.Name)]
public class OwnNetworkTests
{
    /// <summary>One weight per channel, whatever the place: [N, C, H, W] -> [N, C, 1, 1].</summary>
    sealed class ChannelAttention : Attention
    {
        readonly Conv2d reduce, restore;

        public ChannelAttention(int channels)
        {
            (reduce, restore) = (Conv2d(channels, 8, 1), Conv2d(8, channels, 1));
            RegisterComponents();
        }

        protected override AttentionMaps Forward((Tensor Features, AttentionMaps? Previous) input) =>
            new(restore.call(reduce.call(input.Features.mean([2, 3], keepdim: true)).relu()).sigmoid(), null);
    }

    sealed class OwnNetwork : Network
    {
        readonly ConvStem stem = new(12, 8);
        readonly CvaBlock block = new(8, 16, stride: 2, () => new ChannelAttention(16));
        readonly SeededDropout dropout = new(0.5);
        readonly Module<Tensor, Tensor> fc = Linear(16, 5);

        public OwnNetwork() => RegisterComponents();

        protected override Tensor Forward(ClipBatch clips)
        {
            var (features, _) = block.call((stem.call(clips.Apex - clips.Onset), null));
            return fc.call(dropout.call(features.mean([2, 3])));
        }
    }

    [Fact]
    public void It_trains_and_leaves_nothing_behind()
    {
        using var network = Network.Build(() => new OwnNetwork(), seed: 1);
        using var draws = new Generator(1, CPU);
        network.UseGenerator(draws);
        using var scope = NewDisposeScope();
        var (onset, apex, units) = Networks.Batch(4, 40);
        using var labels = tensor(new long[] { 0, 1, 2, 3 });
        long Step()
        {
            using var step = NewDisposeScope();
            network.Loss(new ClipBatch(onset, apex, units), labels, epoch: 0).backward();
            return step.DisposablesCount;
        }

        Step();
        Assert.Equal(Step(), Step());
        Assert.All(network.named_parameters(),
            p => Assert.True(p.parameter.grad!.isfinite().all().item<bool>(), p.name));
        Assert.Contains("block.attention.reduce.weight", network.state_dict().Keys);
    }
}
