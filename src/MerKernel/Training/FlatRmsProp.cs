using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>RMSprop over one flat tensor; same arithmetic as torch.optim.RMSprop at its defaults (alpha 0.99, no momentum, not centred).</summary>
public sealed class FlatRmsProp : FlatOptimizer
{
    const double Alpha = 0.99, Epsilon = 1e-8;

    readonly Tensor _square;
    readonly double _weightDecay;

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">The parameters, all of one type on one device; they stay usable afterwards.</param>
    /// <param name="weightDecay">Weight decay, added to the gradient.</param>
    public FlatRmsProp(IEnumerable<Parameter> parameters, double weightDecay) : base(parameters)
    {
        _square = OwnZeros();
        _weightDecay = weightDecay;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Value)> State => [("square", _square)];

    /// <inheritdoc/>
    protected override void Update(double learningRate)
    {
        // Numbers that are only arguments may be finalised while libtorch reads them.
        using Scalar decay = _weightDecay, alpha = Alpha, share = 1 - Alpha, epsilon = Epsilon, step = -learningRate;
        if (_weightDecay != 0) Gradients.add_(Parameters, decay);
        _square.mul_(alpha).addcmul_(Gradients, Gradients, share);
        Parameters.addcdiv_(Gradients, _square.sqrt().add_(epsilon, Numbers.One), step);
    }
}
