namespace MerKernel.Models.Peers;

/// <summary>micro-BERT (Nguyen et al., CVPR 2023) as its code has it, without the patch-of-interest module that the code lacks.</summary>
public sealed record MicronBertOptions : PretrainableOptions
{
    /// <summary>Side of a patch.</summary>
    public const int Patch = 8;

    /// <summary>Epochs of pre-training on the fold's training clips before the classes are learned; none where the encoder starts from a file.</summary>
    public int PretrainingEpochs { get; init; } = 200;

    /// <summary>Channels of a token.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Local crops that the self-distillation compares with the whole frame.</summary>
    public int LocalCrops { get; init; } = 8;

    /// <summary>Share of patches swapped between the two frames; a reproduction's.</summary>
    public double AssumedSwapRatio { get; init; } = 0.5;

    /// <summary>Side of a local crop as a share of the frame's; crops are enlarged to the frame's size.</summary>
    public double AssumedCropSide { get; init; } = 0.5;

    /// <summary>A prediction encodes two frames; pretraining encodes the local crops beside them, and the whole frame once more without a way back, a third of a pass. The small decoder is left out.</summary>
    /// <param name="epochs">Epochs of the training.</param>
    public override double PassesAnEpoch(int epochs) =>
        1 + (Pretrained is null ? (double)Math.Min(PretrainingEpochs, epochs) / epochs : 0) * (LocalCrops + 1 / 3.0) / 2;

    /// <inheritdoc/>
    public override MicronBert Create(long seed, bool actionUnits) => MicronBert.Create(this, seed);
}
