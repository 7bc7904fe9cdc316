using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019) over one flat tensor: parameters and gradients become views of two vectors, so an update
/// is a dozen calls whatever the number of layers. Same arithmetic as torch.optim.AdamW without amsgrad.
/// </summary>
public sealed class FlatAdamW : IDisposable
{
    const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    readonly Tensor _parameters, _gradients, _mean, _variance;
    readonly double _weightDecay;
    int _updates;

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">The parameters, all of one type on one device; they stay usable after <see cref="Dispose"/>.</param>
    /// <param name="weightDecay">Decoupled weight decay, applied to every parameter.</param>
    public FlatAdamW(IEnumerable<Parameter> parameters, double weightDecay)
    {
        var all = parameters.ToList();
        _weightDecay = weightDecay;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _parameters = cat([.. all.Select(p => p.detach().reshape(-1))]).DetachFromDisposeScope();
        _gradients = zeros_like(_parameters).DetachFromDisposeScope();
        _mean = zeros_like(_parameters).DetachFromDisposeScope();
        _variance = zeros_like(_parameters).DetachFromDisposeScope();

        long offset = 0;
        foreach (var parameter in all)
        {
            var count = parameter.numel();
            parameter.set_(_parameters.narrow(0, offset, count).view(parameter.shape));
            parameter.grad = _gradients.narrow(0, offset, count).view(parameter.shape);
            offset += count;
        }
    }

    /// <summary>Updates so far.</summary>
    public int Updates => _updates;

    /// <summary>Running mean of the gradients, flat.</summary>
    public Tensor Mean => _mean;

    /// <summary>Running mean of the squared gradients, flat.</summary>
    public Tensor Variance => _variance;

    /// <summary>Takes over the state of an optimiser of the same parameters.</summary>
    public void Restore(Tensor mean, Tensor variance, int updates)
    {
        using var noGrad = no_grad();
        _mean.copy_(mean);
        _variance.copy_(variance);
        _updates = updates;
    }

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients() => _gradients.zero_();

    /// <summary>Updates every parameter from its gradient.</summary>
    public void Step(double learningRate)
    {
        _updates++;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _parameters.mul_(1 - learningRate * _weightDecay);
        _mean.lerp_(_gradients, 1 - Beta1);
        _variance.mul_(Beta2).addcmul_(_gradients, _gradients, 1 - Beta2);
        var denominator = _variance.sqrt().div_(Math.Sqrt(1 - Math.Pow(Beta2, _updates))).add_(Epsilon);
        _parameters.addcdiv_(_mean, denominator, -learningRate / (1 - Math.Pow(Beta1, _updates)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradients.Dispose();
        _mean.Dispose();
        _variance.Dispose();
        _parameters.Dispose();
    }
}
