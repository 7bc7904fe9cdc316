using MerKernel.Cuda;
using MerKernel.Models;
using TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// An optimiser over one flat tensor: parameters and gradients become views of two vectors, so an update is a dozen
/// calls whatever the number of layers.
/// </summary>
public abstract class FlatOptimizer : IDisposable
{
    readonly List<Tensor> _owned = [];
    readonly ImmutableArray<(Parameter Parameter, nint At)> _places;

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">
    /// The parameters, all of one type on one device; they stay usable after <see cref="Dispose"/>.
    /// </param>
    protected FlatOptimizer(IEnumerable<Parameter> parameters)
    {
        var all = parameters.ToList();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Parameters = Own(cat([.. all.Select(p => p.detach().reshape(-1))]));
        Gradients = Own(zeros_like(Parameters));

        long[] counts = [.. all.Select(p => p.numel())];
        foreach (var (parameter, value, gradient) in all.Zip(Parameters.split(counts), Gradients.split(counts)))
        {
            parameter.set_(value.view(parameter.shape));
            parameter.grad = gradient.view(parameter.shape);
        }
        // The first and the last: what moves a network's parameters moves all of them.
        _places = [.. new[] { all[0], all[^1] }.Select(p => (p, Libtorch.Data(p)))];
    }

    /// <summary>Refuses parameters that are elsewhere by now, which an update would miss without a word.</summary>
    void DemandPlaces()
    {
        if (Parameters.IsInvalid)
            throw new ObjectDisposedException(GetType().Name,
                "The optimiser was disposed of; update before, and dispose of it after the loop.");
        if (_places.Any(p => p.Parameter.IsInvalid || Libtorch.Data(p.Parameter) != p.At))
            throw new InvalidOperationException("The network's parameters are not where this optimiser took them " +
                "over, so its updates would reach nobody: another optimiser was made for the same network, or the " +
                "network went to another device or type, or was disposed of. Make the optimiser after that, and one " +
                "only.");
    }

    /// <summary>Every parameter.</summary>
    protected Tensor Parameters { get; }

    /// <summary>The gradient of every parameter.</summary>
    protected Tensor Gradients { get; }

    /// <summary>Updates so far.</summary>
    public int Updates { get; private set; }

    /// <summary>The state of the next update besides parameters and gradients.</summary>
    public abstract IReadOnlyList<(string Name, Tensor Value)> State { get; }

    /// <summary>Takes over the state of an optimiser of the same parameters.</summary>
    /// <param name="state">Its <see cref="State"/>, by name.</param>
    /// <param name="updates">Its <see cref="Updates"/>.</param>
    public void Restore(Func<string, Tensor> state, int updates)
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in State) value.copy_(state(name));
        Updates = updates;
    }

    /// <summary>Begins afresh: every moment and <see cref="Updates"/> at zero.</summary>
    public void Forget()
    {
        using var noGrad = no_grad();
        foreach (var (_, value) in State) value.zero_();
        Updates = 0;
    }

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients()
    {
        DemandPlaces();
        Gradients.zero_();
    }

    /// <summary>Updates every parameter from its gradient.</summary>
    /// <exception cref="InvalidOperationException">The parameters were moved meanwhile.</exception>
    public void Step(double learningRate)
    {
        DemandPlaces();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Updates++;
        Update(learningRate);
    }

    /// <summary>
    /// Updates <see cref="Parameters"/> from <see cref="Gradients"/>, without gradients of its own and inside
    /// a DisposeScope.
    /// </summary>
    protected abstract void Update(double learningRate);

    /// <summary>Keeps a tensor until the optimiser is disposed.</summary>
    protected Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <summary>A vector of the optimiser's own, of the parameters' size, at zero.</summary>
    protected Tensor OwnZeros()
    {
        using var noGrad = no_grad();
        return Own(zeros_like(Parameters));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.ForEach(t => t.Dispose());
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019) over one flat tensor; same arithmetic as torch.optim.AdamW without amsgrad.
/// </summary>
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
    /// <param name="decoupled">
    /// True: AdamW's decay, apart from the gradient; false: Adam's (Kingma and Ba, 2015), added to it.
    /// </param>
    public FlatAdamW(IEnumerable<Parameter> parameters, double weightDecay, bool decoupled = true,
        double beta2 = DefaultBeta2)
        : base(parameters)
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

/// <summary>
/// RMSprop over one flat tensor; same arithmetic as torch.optim.RMSprop at its defaults (alpha 0.99, no momentum, not
/// centred).
/// </summary>
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

/// <summary>
/// Stochastic gradient descent with momentum over one flat tensor; same arithmetic as torch.optim.SGD with momentum
/// 0.9, undamped and without Nesterov's step.
/// </summary>
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
