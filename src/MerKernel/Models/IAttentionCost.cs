namespace MerKernel.Models;

/// <summary>A layer that multiplies queries, keys and values beside its linear layers.</summary>
internal interface IAttentionCost
{
    /// <summary>Multiply-accumulates of queries times keys and weights times values for one image.</summary>
    long AttentionMacs { get; }
}
