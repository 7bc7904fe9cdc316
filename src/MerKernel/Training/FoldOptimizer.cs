using MerKernel.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// Updates a network in training: one optimiser for the parameters at the experiment's rate, one for each group at
/// a rate of its own.
/// </summary>
public sealed class FoldOptimizer : IDisposable
{
    readonly List<(FlatOptimizer Optimizer, double RateFactor)> _groups = [];

    /// <summary>Moves a network's parameters into the optimisers.</summary>
    public FoldOptimizer(Network network, TrainingOptions options)
    {
        var own = network.ParameterGroups;
        var apart = own.SelectMany(g => g.Parameters).Select(p => p.Handle).ToHashSet();
        Add(network.parameters().Where(p => p.requires_grad && !apart.Contains(p.Handle)), options.WeightDecay, 1);
        foreach (var group in own)
            Add(group.Parameters.Where(p => p.requires_grad), group.WeightDecay,
                group.LearningRate / options.LearningRate);

        if (_groups.Count == 0)
            throw new UserErrorException($"{network.GetType().Name} has no parameters to train; call " +
                "RegisterComponents() at the end of its constructor, and do not dispose of it before.");

        void Add(IEnumerable<Parameter> group, double weightDecay, double factor)
        {
            // Groups of their own may hold every parameter.
            if (group.ToList() is not { Count: > 0 } parameters) return;
            _groups.Add((options.OwnOptimizer?.Create(parameters, weightDecay) ?? options.Optimizer switch
            {
                OptimizerKind.Adam => new FlatAdamW(parameters, weightDecay, decoupled: false, options.Beta2),
                OptimizerKind.RmsProp => new FlatRmsProp(parameters, weightDecay),
                OptimizerKind.Sgd => new FlatSgd(parameters, weightDecay),
                _ => new FlatAdamW(parameters, weightDecay, beta2: options.Beta2),
            }, factor));
        }
    }

    /// <summary>Updates so far.</summary>
    public int Updates => _groups[0].Optimizer.Updates;

    /// <summary>
    /// The state of the next update besides parameters and gradients; the first group's names are bare, the others'
    /// follow their number.
    /// </summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
        _groups.SelectMany((g, i) => g.Optimizer.State.Select(s => (Name(i, s.Name), s.Value)));

    /// <summary>Takes over the state of an optimiser of the same network.</summary>
    public void Restore(Func<string, Tensor> state, int updates)
    {
        for (var i = 0; i < _groups.Count; i++)
        {
            var group = i;
            _groups[i].Optimizer.Restore(name => state(Name(group, name)), updates);
        }
    }

    /// <summary>Begins afresh: every moment and the count of updates at zero.</summary>
    public void Forget() => _groups.ForEach(g => g.Optimizer.Forget());

    static string Name(int group, string name) => group == 0 ? name : $"{group}.{name}";

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients() => _groups.ForEach(g => g.Optimizer.ZeroGradients());

    /// <summary>Updates every parameter from its gradient.</summary>
    /// <param name="learningRate">
    /// The experiment's rate of this epoch; groups with a rate of their own follow its decay.
    /// </param>
    public void Step(double learningRate) => _groups.ForEach(g => g.Optimizer.Step(learningRate * g.RateFactor));

    /// <inheritdoc/>
    public void Dispose() => _groups.ForEach(g => g.Optimizer.Dispose());
}
