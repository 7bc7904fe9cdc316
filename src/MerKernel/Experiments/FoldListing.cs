namespace MerKernel.Experiments;

/// <summary>Which folds of an experiment are stored: one reading of its folder, no file opened.</summary>
/// <param name="Subjects">Subjects of the stored folds, in the order of names.</param>
/// <param name="State">Another text whenever a fold comes, goes or is replaced: names, and when the folder changed last.</param>
public sealed record FoldListing(ImmutableArray<string> Subjects, string State);
