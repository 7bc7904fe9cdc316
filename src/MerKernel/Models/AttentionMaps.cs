using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The attention maps of one block: in (0, 1) in the first block and wherever blocks are independent; a continuous block multiplies in the map of the block
/// before, which passes a 1x1 convolution where channels grow, so later maps can be of either sign.
/// </summary>
/// <param name="Vertical">One weight per channel and row, [N, C, H, 1]; null when the network has no vertical attention.</param>
/// <param name="Horizontal">One weight per channel and column, [N, C, 1, W]; null when the network has no horizontal attention.</param>
public sealed record AttentionMaps(Tensor? Vertical, Tensor? Horizontal)
{
    internal AttentionMaps MoveToOuterDisposeScope()
    {
        Vertical?.MoveToOuterDisposeScope();
        Horizontal?.MoveToOuterDisposeScope();
        return this;
    }
}
