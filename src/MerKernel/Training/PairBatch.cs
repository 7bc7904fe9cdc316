using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>A batch of clips with their labels.</summary>
/// <param name="Clips">What a network sees.</param>
/// <param name="Labels">Labels [N], int64.</param>
public sealed record PairBatch(ClipBatch Clips, Tensor Labels);
