namespace MerKernel.Evaluation;

/// <summary>What a baseline without images may know of a clip.</summary>
/// <param name="Id">Clip id ('01/EP02_01f').</param>
/// <param name="Subject">Subject.</param>
/// <param name="Label">True label.</param>
/// <param name="ActionUnits">FACS numbers of the active units among the network's 21.</param>
public sealed record LabelledClip(string Id, string Subject, int Label, ImmutableSortedSet<int> ActionUnits);
