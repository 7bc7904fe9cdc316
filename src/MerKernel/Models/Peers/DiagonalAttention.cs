using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// micro-BERT's attention between two frames: one head, queries and values of the first frame, keys of the second; of the softmax only the diagonal weights the values, so a
/// token passes as far as it finds itself at its own place in the other frame.
/// </summary>
public sealed class DiagonalAttention : nn.Module<Tensor, Tensor, Tensor>, IOwnMacs
{
    private readonly TokenLinear q, k, v, proj;
    private readonly int width;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Channels C.</param>
    public DiagonalAttention(int width) : base(nameof(DiagonalAttention))
    {
        (q, k, v, proj) = (new(width, width), new(width, width), new(width, width), new(width, width));
        this.width = width;
        RegisterComponents();
    }

    // All logits, but only the diagonal's weights.
    long IOwnMacs.OwnMacs(Tensor input) => input.numel() * (input.size(1) + 1);

    /// <summary>[N, L, C], [N, L, C] -> [N, L, C].</summary>
    /// <param name="frame">Tokens of the frame looked at.</param>
    /// <param name="other">Tokens of the frame it is compared with.</param>
    public override Tensor forward(Tensor frame, Tensor other)
    {
        using var scope = NewDisposeScope();
        var logits = q.call(frame).matmul(k.call(other).transpose(1, 2)).Over(Math.Sqrt(width));
        var diagonal = logits.softmax(-1).diagonal(0, 1, 2).unsqueeze(-1);
        return proj.call(diagonal * v.call(frame)).MoveToOuterDisposeScope();
    }
}
