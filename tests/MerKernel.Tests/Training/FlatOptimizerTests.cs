using MerKernel.Models;
using MerKernel.Tests.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

[Collection(AloneCollection.Name)]
public class FlatOptimizerTests
{
    [Theory]
    [InlineData(OptimizerKind.Sgd), InlineData(OptimizerKind.RmsProp), InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    public void Twenty_updates_agree_with_TorchSharps_own(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Sequential ours = Network(), theirs = Network();
        theirs.load_state_dict(ours.state_dict());
        const double Decay = 1e-2, Beta2 = 0.99;
        using FlatOptimizer flat = kind switch
        {
            OptimizerKind.Sgd => new FlatSgd(ours.parameters(), Decay),
            OptimizerKind.RmsProp => new FlatRmsProp(ours.parameters(), Decay),
            _ => new FlatAdamW(ours.parameters(), Decay, kind == OptimizerKind.AdamW, Beta2),
        };
        optim.Optimizer reference = kind switch
        {
            OptimizerKind.Sgd => optim.SGD(theirs.parameters(), 0.05, momentum: 0.9, weight_decay: Decay),
            OptimizerKind.RmsProp => optim.RMSProp(theirs.parameters(), 0.05, weight_decay: Decay),
            OptimizerKind.Adam => optim.Adam(theirs.parameters(), 0.05, beta2: Beta2, weight_decay: Decay),
            _ => optim.AdamW(theirs.parameters(), 0.05, beta2: Beta2, weight_decay: Decay),
        };
        Agree(flat, ours, reference, theirs, rate: 0.05, rtol: 1e-4, atol: 1e-5);
    }

    /// <summary>Twenty updates of equal networks on the same batches, [7, 5] to [7, 3], end in equal ones.</summary>
    internal static void Agree(FlatOptimizer flat, Sequential ours, optim.Optimizer reference, Sequential theirs,
        double rate, double rtol, double atol)
    {
        for (var step = 0; step < 20; step++)
        {
            var (x, y) = (randn(7, 5), randn(7, 3));
            flat.ZeroGradients();
            nn.functional.mse_loss(ours.forward(x), y).backward();
            flat.Step(rate);
            reference.zero_grad();
            nn.functional.mse_loss(theirs.forward(x), y).backward();
            reference.step();
        }
        foreach (var (a, b) in ours.parameters().Zip(theirs.parameters()))
            Assert.True(allclose(a, b, rtol, atol));
    }

    [Theory]
    // Gradient 3 + 0.5 * 2 = 4. SGD: 2 - 0.1 * 4. RMSprop: 2 - 0.1 * 4 / sqrt(0.01 * 16). Adam: 2 - 0.1, the gradient's
    // sign. AdamW: 2 * (1 - 0.1 * 0.5) - 0.1.
    [InlineData(OptimizerKind.Sgd, 1.6f), InlineData(OptimizerKind.RmsProp, 1.0f)]
    [InlineData(OptimizerKind.Adam, 1.9f), InlineData(OptimizerKind.AdamW, 1.8f)]
    public void The_first_update_is_the_one_worked_by_hand(OptimizerKind kind, float expected)
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(new[] { 2f }));
        using FlatOptimizer flat = kind switch
        {
            OptimizerKind.Sgd => new FlatSgd([parameter], 0.5),
            OptimizerKind.RmsProp => new FlatRmsProp([parameter], 0.5),
            _ => new FlatAdamW([parameter], 0.5, kind == OptimizerKind.AdamW),
        };
        (parameter * 3).sum().backward();
        flat.Step(0.1);
        Assert.Equal(expected, parameter.item<float>(), 1e-5f);
    }

    [Fact]
    public void The_second_update_of_SGD_adds_nine_tenths_of_the_first()
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

    [Fact]
    public void A_learned_direction_has_a_rate_and_a_decay_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("soa-code");
        var options = new TrainingOptions { LearningRate = 1e-3, WeightDecay = 0.5, Optimizer = OptimizerKind.Sgd };
        var directions = network.modules().OfType<LearnedDirection>().SelectMany(d => d.parameters()).ToList();
        var before = network.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        Assert.Equal(4, directions.Count);
        using var optimizer = new FoldOptimizer(network, options);
        optimizer.ZeroGradients();
        optimizer.Step(1e-3);
        // Without gradients only the decay is left: 1 - 5e-3 * 0.2 (the successor's code) and 1 - 1e-3 * 0.5.
        foreach (var (name, parameter) in network.named_parameters())
            Assert.True(allclose(parameter, before[name] * (directions.Any(d => d.Handle == parameter.Handle)
                ? 0.999f : 0.9995f), rtol: 1e-6, atol: 1e-9), name);
    }

    static Sequential Network() => nn.Sequential(("a", nn.Linear(5, 4)), ("r", nn.ReLU()), ("b", nn.Linear(4, 3)));
}
