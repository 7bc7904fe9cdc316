using MerKernel.Cuda;
using MerKernel.Kernels;
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
    readonly Tensor? _count;
    readonly double _weightDecay, _beta2;
    readonly bool _decoupled, _fused;

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">The parameters, all of one type on one device; they stay usable afterwards.</param>
    /// <param name="weightDecay">Weight decay, applied to every parameter.</param>
    /// <param name="beta2">Decay of the mean of squared gradients.</param>
    /// <param name="decoupled">True: AdamW's decay, apart from the gradient; false: Adam's (Kingma and Ba, 2015), added to it.</param>
    public FlatAdamW(IEnumerable<Parameter> parameters, double weightDecay, bool decoupled = true, double beta2 = DefaultBeta2) : base(parameters)
    {
        (_mean, _variance) = (OwnZeros(), OwnZeros());
        (_weightDecay, _decoupled, _beta2) = (weightDecay, decoupled, beta2);
        _fused = decoupled && FusedAdamW.Fits(Parameters);
        if (decoupled && Parameters.device_type == DeviceType.CUDA && Parameters.dtype == ScalarType.Float32 && LibtorchAdamW.Found)
            _count = Own(zeros([1], ScalarType.Float32, Parameters.device));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Value)> State => [("mean", _mean), ("variance", _variance)];

    /// <inheritdoc/>
    protected override void Update(double learningRate)
    {
        var (rootCorrection, rate) = (Math.Sqrt(1 - Math.Pow(_beta2, Updates)), learningRate / (1 - Math.Pow(Beta1, Updates)));
        if (_fused)
        {
            FusedAdamW.Update(
                new AdamWStep((float)(1 - learningRate * _weightDecay), (float)(1 - Beta1), (float)_beta2, (float)(1 - _beta2), (float)rootCorrection, (float)Epsilon, (float)-rate),
                Parameters, Gradients, _mean, _variance);
            return;
        }

        if (_count is not null)
        {
            using Scalar updates = Updates;
            _count.fill_(updates);
            LibtorchAdamW.Update(Parameters, Gradients, _mean, _variance, _count, learningRate, Beta1, _beta2, _weightDecay, Epsilon);
            return;
        }

        // Numbers that are only arguments may be finalised while libtorch reads them.
        using Scalar kept = 1 - learningRate * _weightDecay, decay = _weightDecay, beta2 = _beta2, varianceShare = 1 - _beta2;
        using Scalar correction = rootCorrection, epsilon = Epsilon, step = -rate;
        if (_decoupled) Parameters.mul_(kept);
        else if (_weightDecay != 0) Gradients.add_(Parameters, decay);
        _mean.lerp_(Gradients, 1 - Beta1);
        _variance.mul_(beta2).addcmul_(Gradients, Gradients, varianceShare);
        Parameters.addcdiv_(_mean, _variance.sqrt().div_(correction).add_(epsilon, Numbers.One), step);
    }
}
