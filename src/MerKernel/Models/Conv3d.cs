using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// A 3 x 3 x 3 convolution over time and place without bias, which keeps both sizes: [N, from, T, H, W] -> [N, to, T, H, W]. Starts Kaiming-normal (fan out, ReLU).
/// </summary>
public sealed class Conv3d : Layer
{
    private const int Kernel = 3;

    private readonly Parameter weight;

    /// <summary>Creates the layer.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    public Conv3d(long from, long to)
    {
        weight = nn.Parameter(nn.init.kaiming_normal_(empty([to, from, Kernel, Kernel, Kernel]), mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU));
        RegisterComponents();
    }

    /// <summary>Weights, [to, from, 3, 3, 3].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Ops.Convolution3d(x, weight, Kernel / 2);
}
