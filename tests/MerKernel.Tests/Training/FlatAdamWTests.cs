using MerKernel.Tests.Native;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

[Collection(AloneCollection.Name)]
public class FlatAdamWTests
{
    public static TheoryData<int> Levels => new(FewerInstructions.Levels);

    [Fact]
    public void An_optimiser_that_forgets_goes_on_as_a_fresh_one()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var used = Network();
        var (x, y, z) = (randn(7, 5), randn(7, 3), 10 * randn(7, 3));
        using var before = new FlatAdamW(used.parameters(), weightDecay: 0.6);
        void Step(FlatAdamW optimizer, nn.Module<Tensor, Tensor> network, Tensor target)
        {
            optimizer.ZeroGradients();
            nn.functional.mse_loss(network.forward(x), target).backward();
            optimizer.Step(1e-2);
        }
        for (var i = 0; i < 5; i++) Step(before, used, z);
        before.Forget();
        var copy = Network();
        copy.load_state_dict(used.state_dict());
        using var fresh = new FlatAdamW(copy.parameters(), weightDecay: 0.6);
        for (var i = 0; i < 5; i++)
        {
            Step(before, used, y);
            Step(fresh, copy, y);
        }
        Assert.Equal(5, before.Updates);
        Assert.All(used.parameters().Zip(copy.parameters()),
            p => Assert.True(p.First.equal(p.Second).all().item<bool>()));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Twenty_updates_agree_with_TorchSharps_AdamW(int level)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(3);
        var ours = Network();
        var theirs = Network();
        theirs.load_state_dict(ours.state_dict());
        using var flat = new FlatAdamW(ours.parameters(), weightDecay: 0.6);
        var reference = optim.AdamW(theirs.parameters(), lr: 8e-4, weight_decay: 0.6);
        FlatOptimizerTests.Agree(flat, ours, reference, theirs, rate: 8e-4, rtol: 1e-5, atol: 1e-7);
    }

    [Fact]
    public void Parameters_stay_usable_after_the_optimizer_is_disposed()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(4));
        new FlatAdamW([parameter], 0.1).Dispose();
        Assert.Equal(4, parameter.sum().item<float>());
    }

    static Sequential Network() => nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3));
}
