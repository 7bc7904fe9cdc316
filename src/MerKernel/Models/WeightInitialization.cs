using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The random start of each kind of layer (reference: Kaiming-normal convolutions; Swin's truncated normals).</summary>
internal static class WeightInitialization
{
    /// <summary>Kaiming-normal weights (fan out, ReLU); a bias keeps PyTorch's default.</summary>
    public static Conv2d Conv(long inChannels, long outChannels, long kernel, long stride = 1, long padding = 0, bool bias = false)
    {
        var conv = nn.Conv2d(inChannels, outChannels, kernel, stride, padding, bias: bias);
        nn.init.kaiming_normal_(conv.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        return conv;
    }

    /// <summary>Truncated normal weights (standard deviation 0.02), zero bias: the start of transformer layers.</summary>
    public static Linear TransformerLinear(long inFeatures, long outFeatures, bool bias = true)
    {
        var linear = nn.Linear(inFeatures, outFeatures, bias);
        nn.init.trunc_normal_(linear.weight!, std: 0.02);
        if (bias)
        {
            nn.init.zeros_(linear.bias!);
        }

        return linear;
    }

    /// <summary>A parameter drawn from a truncated normal with standard deviation 0.02.</summary>
    public static Parameter TruncatedNormal(params long[] shape) => nn.Parameter(nn.init.trunc_normal_(torch.empty(shape), std: 0.02));
}
