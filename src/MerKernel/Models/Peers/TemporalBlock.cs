using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>A block of a temporal convolutional network (Bai et al. 2018): twice a weight-normed causal convolution, ReLU, dropout; a shortcut; ReLU; [N, C, L] -> [N, C', L].</summary>
public sealed class TemporalBlock : nn.Module<Tensor, Tensor>, IOwnMacs
{
    /// <summary>Dropout rate.</summary>
    public const double Dropout = 0.05;

    private const int Kernel = 7;

    private readonly Parameter direction1, length1, bias1, direction2, length2, bias2;
    private readonly Conv1d? shortcut;
    private readonly SeededDropout dropout1 = new(Dropout), dropout2 = new(Dropout);
    private readonly int dilation;

    /// <summary>Creates a block.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="dilation">Distance of the kernel's taps.</param>
    public TemporalBlock(int from, int to, int dilation) : base(nameof(TemporalBlock))
    {
        (direction1, length1, bias1) = Convolution(from, to);
        (direction2, length2, bias2) = Convolution(to, to);
        if (from != to)
        {
            shortcut = nn.Conv1d(from, to, 1);
            nn.init.normal_(shortcut.weight!, 0, 0.01);
        }

        this.dilation = dilation;
        RegisterComponents();
    }

    long IOwnMacs.OwnMacs(Tensor input) => input.size(0) * input.size(2) * (direction1.numel() + direction2.numel());

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = dropout1.call(Causal(input, direction1, length1, bias1).relu());
        x = dropout2.call(Causal(x, direction2, length2, bias2).relu());
        return x.Plus(shortcut is null ? input : shortcut.call(input)).relu().MoveToOuterDisposeScope();
    }

    private static (Parameter Direction, Parameter Length, Parameter Bias) Convolution(int from, int to)
    {
        var direction = nn.init.normal_(empty(to, from, Kernel), 0, 0.01);
        // A Parameter takes the tensor over, so the length is computed first.
        var length = Length(direction).clone();
        return (new Parameter(direction), new Parameter(length), new Parameter(zeros(to)));
    }

    private static Tensor Length(Tensor direction) => direction.square().sum([1, 2], keepdim: true).sqrt();

    private Tensor Causal(Tensor input, Parameter direction, Parameter length, Parameter bias)
    {
        // Padded on the left alone: no value sees what comes after it.
        var padded = nn.functional.pad(input, ((Kernel - 1) * dilation, 0));
        return nn.functional.conv1d(padded, direction * (length / Length(direction)), bias, dilation: dilation);
    }
}
