using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// A convolution with a square kernel, [N, from, H, W] -> [N, to, H', W']; weights and start as torch's, computed by <see cref="Ops.Convolution"/>.
/// </summary>
public sealed class Conv2d : Layer
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long stride, padding, groups;

    /// <summary>Creates the layer.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Rim of zeros.</param>
    /// <param name="groups">Groups of channels that see each other.</param>
    /// <param name="bias">Whether a bias is added.</param>
    public Conv2d(long from, long to, long kernel, long stride = 1, long padding = 0, long groups = 1, bool bias = true)
    {
        var start = nn.Conv2d(from, to, kernel, stride, padding, groups: groups, bias: bias);
        (weight, this.bias) = (start.weight!, start.bias);
        (this.stride, this.padding, this.groups) = (stride, padding, groups);
        RegisterComponents();
    }

    /// <summary>Weights, [to, from / groups, k, k].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Ops.Convolution(x, weight, bias, stride, padding, groups);
}
