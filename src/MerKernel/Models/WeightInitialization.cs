using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The random start of each kind of layer: Kaiming-normal convolutions, normals of deviation 0.02 in the transformers.</summary>
internal static class WeightInitialization
{
    // Swin cuts its normals at -2 and 2, which at this deviation never happens; TorchSharp 0.107's trunc_normal_ returns values near 0.
    private const double TransformerDeviation = 0.02;

    /// <summary>Kaiming-normal weights (fan out, ReLU); a bias keeps PyTorch's default.</summary>
    public static Conv2d Conv(long inChannels, long outChannels, long kernel, long stride = 1, long padding = 0, bool bias = false)
    {
        var conv = nn.Conv2d(inChannels, outChannels, kernel, stride, padding, bias: bias);
        nn.init.kaiming_normal_(conv.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        return conv;
    }

    /// <summary>A parameter of normal values of deviation 0.02.</summary>
    public static Parameter NormalParameter(params long[] shape) => nn.Parameter(nn.init.normal_(torch.empty(shape), 0, TransformerDeviation));
}
