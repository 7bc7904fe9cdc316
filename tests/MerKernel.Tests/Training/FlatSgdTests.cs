using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

[Collection(AloneCollection.Name)]
public class FlatSgdTests
{
    [Fact]
    public void Twenty_updates_agree_with_TorchSharps_SGD()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Sequential ours = Network(), theirs = Network();
        theirs.load_state_dict(ours.state_dict());
        using var flat = new FlatSgd(ours.parameters(), weightDecay: 1e-2);
        var reference = optim.SGD(theirs.parameters(), learningRate: 0.05, momentum: 0.9, weight_decay: 1e-2);
        for (var step = 0; step < 20; step++)
        {
            var (x, y) = (randn(7, 5), randn(7, 3));
            flat.ZeroGradients();
            nn.functional.mse_loss(ours.forward(x), y).backward();
            flat.Step(0.05);
            reference.zero_grad();
            nn.functional.mse_loss(theirs.forward(x), y).backward();
            reference.step();
        }
        foreach (var (a, b) in ours.parameters().Zip(theirs.parameters()))
            Assert.True(allclose(a, b, rtol: 1e-5, atol: 1e-6));
    }

    [Fact]
    public void The_second_update_adds_nine_tenths_of_the_first()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(new[] { 2f }));
        using var flat = new FlatSgd([parameter], weightDecay: 0.5);
        for (var step = 0; step < 2; step++)
        {
            flat.ZeroGradients();
            (parameter * 3).sum().backward();
            flat.Step(0.1);
        }
        // Velocity 3 + 0.5 * 2 = 4, so 1.6; then 0.9 * 4 + 3 + 0.5 * 1.6 = 7.4, so 0.86.
        Assert.Equal(0.86f, parameter.item<float>(), 1e-5f);
    }

    static Sequential Network() => nn.Sequential(("a", nn.Linear(5, 4)), ("r", nn.ReLU()), ("b", nn.Linear(4, 3)));
}
