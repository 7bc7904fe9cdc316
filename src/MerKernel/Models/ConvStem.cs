using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Two 3x3 convolutions in front of the attention blocks: [N, 3, S, S] -> [N, 128, S/2, S/2] at full width.</summary>
public sealed class ConvStem : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;

    /// <summary>Creates the stem.</summary>
    /// <param name="hidden">Channels between the convolutions (180 at full width).</param>
    /// <param name="channels">Output channels (128 at full width).</param>
    public ConvStem(int hidden, int channels) : base(nameof(ConvStem))
    {
        conv1 = WeightInitialization.Conv(3, hidden, 3, stride: 2, padding: 1);
        bn1 = nn.BatchNorm2d(hidden);
        conv2 = WeightInitialization.Conv(hidden, channels, 3, padding: 1);
        bn2 = nn.BatchNorm2d(channels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = bn1.Relu(conv1.call(input));
        return bn2.Relu(conv2.call(hidden)).MoveToOuterDisposeScope();
    }
}
