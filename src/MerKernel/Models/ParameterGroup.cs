using TorchSharp.Modules;

namespace MerKernel.Models;

/// <summary>Parameters with a learning rate and weight decay of their own; the schedule's factor applies to them too.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRate">Learning rate in the first epoch.</param>
/// <param name="WeightDecay">Weight decay.</param>
public sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay);
