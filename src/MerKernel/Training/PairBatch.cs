using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>A batch of onset and apex frames with what belongs to them.</summary>
/// <param name="Onset">Normalised onset frames [N, 3, S, S].</param>
/// <param name="Apex">Normalised apex frames [N, 3, S, S].</param>
/// <param name="ActionUnits">Active action units [N, 21], 0 or 1.</param>
/// <param name="Labels">Labels [N], int64.</param>
public sealed record PairBatch(Tensor Onset, Tensor Apex, Tensor ActionUnits, Tensor Labels);
