using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>A printed accuracy and the sample sizes that allow it.</summary>
/// <param name="Accuracy">Accuracy in percent, digits as printed.</param>
/// <param name="Where">Where it is printed.</param>
/// <param name="Matches">The sizes asked about that allow it, with the number of correct clips.</param>
public sealed record AccuracyFinding(decimal Accuracy, ImmutableArray<string> Where, ImmutableArray<GrimMatch> Matches);
