using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>AdamW (Loshchilov and Hutter, 2019) over one flat tensor; same arithmetic as torch.optim.AdamW without amsgrad.</summary>
public sealed class FlatAdamW : FlatOptimizer
{
    const double Beta1 = 0.9, DefaultBeta2 = 0.999, Epsilon = 1e-8;

    readonly Tensor _mean, _variance;
    readonly double _weightDecay, _beta2;
    readonly bool _decoupled;

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">The parameters, all of one type on one device; they stay usable afterwards.</param>
    /// <param name="weightDecay">Weight decay, applied to every parameter.</param>
    /// <param name="beta2">Decay of the mean of squared gradients.</param>
    /// <param name="decoupled">True: AdamW's decay, apart from the gradient; false: Adam's (Kingma and Ba, 2015), added to it.</param>
    public FlatAdamW(IEnumerable<Parameter> parameters, double weightDecay, bool decoupled = true, double beta2 = DefaultBeta2) : base(parameters)
    {
        (_mean, _variance) = (OwnZeros(), OwnZeros());
        (_weightDecay, _decoupled, _beta2) = (weightDecay, decoupled, beta2);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Value)> State => [("mean", _mean), ("variance", _variance)];

    /// <inheritdoc/>
    protected override void Update(double learningRate)
    {
        var step = new AdamWStep(learningRate, _weightDecay, Beta1, _beta2, Epsilon, Updates);
        if (_decoupled)
        {
            Ops.AdamW(step, Parameters, Gradients, _mean, _variance);
            return;
        }

        using Scalar decay = _weightDecay;
        if (_weightDecay != 0) Gradients.add_(Parameters, decay);
        Ops.Adam(step, Parameters, Gradients, _mean, _variance);
    }
}
