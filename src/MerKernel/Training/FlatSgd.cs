using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Stochastic gradient descent with momentum over one flat tensor; same arithmetic as torch.optim.SGD with momentum 0.9, undamped and without Nesterov's step.</summary>
public sealed class FlatSgd : FlatOptimizer
{
    const double Momentum = 0.9;

    readonly Tensor _velocity;
    readonly double _weightDecay;

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">The parameters, all of one type on one device; they stay usable afterwards.</param>
    /// <param name="weightDecay">Weight decay, added to the gradient.</param>
    public FlatSgd(IEnumerable<Parameter> parameters, double weightDecay) : base(parameters)
    {
        _velocity = OwnZeros();
        _weightDecay = weightDecay;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Value)> State => [("velocity", _velocity)];

    /// <inheritdoc/>
    protected override void Update(double learningRate)
    {
        // Numbers that are only arguments may be finalised while libtorch reads them.
        using Scalar decay = _weightDecay, momentum = Momentum, one = 1, step = -learningRate;
        if (_weightDecay != 0) Gradients.add_(Parameters, decay);
        _velocity.mul_(momentum).add_(Gradients, one);
        Parameters.add_(_velocity, step);
    }
}
