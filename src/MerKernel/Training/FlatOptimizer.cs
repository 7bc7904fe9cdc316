using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// An optimiser over one flat tensor: parameters and gradients become views of two vectors, so an update is a dozen calls whatever the number of layers.
/// </summary>
public abstract class FlatOptimizer : IDisposable
{
    readonly List<Tensor> _owned = [];

    /// <summary>Moves the parameters into one vector.</summary>
    /// <param name="parameters">The parameters, all of one type on one device; they stay usable after <see cref="Dispose"/>.</param>
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

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>Updates every parameter from its gradient.</summary>
    public void Step(double learningRate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Updates++;
        Update(learningRate);
    }

    /// <summary>Updates <see cref="Parameters"/> from <see cref="Gradients"/>, without gradients of its own and inside a DisposeScope.</summary>
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
