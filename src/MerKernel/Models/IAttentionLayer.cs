using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A layer in which positions attend to each other.</summary>
internal interface IAttentionLayer
{
    /// <summary>Multiply-accumulates of queries times keys and weights times values for one image.</summary>
    long AttentionMacs { get; }

    /// <summary>Who attends to whom, averaged over the heads: [N, L, L], a row for each query; a row sums to at most 1.</summary>
    /// <param name="input">The layer's input.</param>
    Tensor Attend(Tensor input);
}
