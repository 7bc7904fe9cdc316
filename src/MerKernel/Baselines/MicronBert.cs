using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;

namespace MerKernel.Baselines;

/// <summary>
/// micro-BERT: a transformer encoder over onset and apex, and attention along the diagonal between the two. First it
/// learns to rebuild an apex some of whose patches were swapped with the onset's, and that a crop of it looks like the
/// whole (self-distillation); then the mean of its tokens goes to one linear layer. 26.7 M parameters, the encoder 12.7
/// M.
/// </summary>
public sealed class MicronBert : Network, IDraws, IStartsPretrained
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("micron-bert", "micro-BERT",
        "nguyen2023; code: uark-cviu/Micron-BERT")
    {
        Published = new MicronBertOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-4, epochs: 250, batch: 16),
        Reduced = new MicronBertOptions { Width = 32, LocalCrops = 2, PretrainingEpochs = 4 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 4e-3, epochs: 20, batch: 16),
        Sees = "onset, apex",
        Substitute =
            "pre-trained for its first epochs on only the fold's training clips, in place of 8 million face images",
        Assumed =
        [
            "half of the patches swapped (a reproduction's ratio)",
            "the diagonal attention is added to its tokens, their mean goes to one linear layer",
            "the teacher of the self-distillation is the network itself without gradient",
            "local crops of half the side, enlarged to the frame's",
            "Adam at 1e-4, 50 epochs on the classes with fresh moments: fine-tuning is not published",
            "no patch-of-interest module, which the code lacks",
        ],
    };

    private const double StudentTemperature = 0.1, TeacherTemperature = 0.04, CentreMomentum = 0.9;
    private const int DistilledWidth = 128;

    private readonly MicronBertEncoder encoder;
    private readonly DiagonalAttention attention;
    private readonly MicronBertDecoder decoder;
    private readonly Linear distilled;
    private readonly Tensor centre;
    private readonly Linear fc;
    private readonly MicronBertOptions options;

    internal MicronBert(MicronBertOptions options)
    {
        this.options = options;
        encoder = new MicronBertEncoder(options.InputSize, options.Width);
        attention = new DiagonalAttention(options.Width);
        decoder = new MicronBertDecoder(options.InputSize, options.Width);
        distilled = new Linear(options.Width, DistilledWidth);
        centre = zeros(DistilledWidth);
        fc = new Linear(options.Width, options.Classes);
        RegisterComponents();
    }

    IEnumerable<nn.Module> IStartsPretrained.PretrainedParts => [encoder];

    /// <inheritdoc/>
    public Generator? Generator { get; set; }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var (apex, onset) = (encoder.call(batch.Apex), encoder.call(batch.Onset));
        var tokens = Compared(apex, onset);
        return fc.call(tokens.narrow(1, 1, tokens.size(1) - 1).mean([1]));
    }

    /// <summary>The pre-training's loss in its epochs, then cross entropy.</summary>
    protected override Tensor LossOf(ClipBatch batch, Tensor labels, int epoch)
    {
        if (epoch >= options.EpochsBeforeClasses)
            return base.LossOf(batch, labels, epoch);

        var rebuilt = decoder.call(Compared(encoder.call(Swapped(batch)), encoder.call(batch.Onset)));
        var loss = nn.functional.mse_loss(rebuilt, MicronBertDecoder.Patches(batch.Apex))
            .Plus(Distillation(batch.Apex));
        return loss;
    }

    // AssumedResidual: the attention is added to the tokens it weighs, which the published diagonal by itself would
    // leave near zero.
    private Tensor Compared(Tensor frame, Tensor other) => frame.Plus(attention.call((frame, other)));

    /// <summary>The apex, some patches of which are the onset's.</summary>
    private Tensor Swapped(ClipBatch batch)
    {
        var (clips, size) = (batch.Apex.size(0), batch.Apex.size(-1));
        var side = (size + MicronBertOptions.Patch - 1) / MicronBertOptions.Patch;
        using Scalar share = options.AssumedSwapRatio;
        var swapped = Draw(clips, 1, side, side).lt(share).to(batch.Apex.device);
        var pixels = swapped.repeat_interleave(MicronBertOptions.Patch, 2).repeat_interleave(MicronBertOptions.Patch, 3)
            .narrow(2, 0, size).narrow(3, 0, size);
        return where(pixels, batch.Onset, batch.Apex);
    }

    /// <summary>
    /// Cross entropy between the class token's answer for the whole frame (the teacher, without gradient) and for crops
    /// of it.
    /// </summary>
    private Tensor Distillation(Tensor frames)
    {
        var size = frames.size(-1);
        var crop = (long)(size * options.AssumedCropSide);
        Tensor whole;
        using (no_grad())
        {
            var seen = Seen(frames);
            whole = (seen - centre).Over(TeacherTemperature).softmax(-1);
            using Scalar kept = CentreMomentum, share = 1 - CentreMomentum;
            centre.mul_(kept).add_(seen.mean([0]), share);
        }

        var places = Draw(options.LocalCrops, 2).cpu().data<float>().ToArray();
        var crops = Enumerable.Range(0, options.LocalCrops).Select(i => frames
            .narrow(2, (long)(places[2 * i] * (size - crop + 1)), crop)
            .narrow(3, (long)(places[2 * i + 1] * (size - crop + 1)), crop));
        var enlarged = nn.functional.interpolate(cat([.. crops], 0), [size, size], mode: InterpolationMode.Bilinear,
            align_corners: false);
        var student = Seen(enlarged).Over(StudentTemperature).log_softmax(-1);
        return -(whole.repeat(options.LocalCrops, 1) * student).sum(-1).mean();
    }

    private Tensor Seen(Tensor frames) => distilled.call(encoder.call(frames).select(1, 0));

    private Tensor Draw(params long[] shape) =>
        rand(shape, ScalarType.Float32, Generator?.device ?? CPU, generator: Generator);
}

/// <summary>
/// micro-BERT (Nguyen et al., CVPR 2023) as its code has it, without the patch-of-interest module that the code lacks.
/// </summary>
public sealed record MicronBertOptions : PretrainableOptions
{
    /// <summary>Side of a patch.</summary>
    public const int Patch = 8;

    /// <summary>
    /// Epochs of pre-training on the fold's training clips before the classes are learned; none where the encoder
    /// starts from a file.
    /// </summary>
    public int PretrainingEpochs { get; init; } = 200;

    /// <summary>Channels of a token.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Local crops that the self-distillation compares with the whole frame.</summary>
    public int LocalCrops { get; init; } = 8;

    /// <summary>Share of patches swapped between the two frames; a reproduction's.</summary>
    public double AssumedSwapRatio { get; init; } = 0.5;

    /// <summary>Side of a local crop as a share of the frame's; crops are enlarged to the frame's size.</summary>
    public double AssumedCropSide { get; init; } = 0.5;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int EpochsBeforeClasses => Pretrained is null ? PretrainingEpochs : 0;

    /// <summary>The first version's optimiser kept its moments when the classes came.</summary>
    public override string Version => "2";

    /// <summary>
    /// A prediction encodes two frames; pretraining encodes the local crops besides them, and the whole frame once more
    /// without a way back, a third of a pass. The small decoder is left out.
    /// </summary>
    /// <param name="epochs">Epochs of the training.</param>
    public override double PassesPerEpoch(int epochs) =>
        1 + (double)Math.Min(EpochsBeforeClasses, epochs) / epochs * (LocalCrops + 1 / 3.0) / 2;

    /// <inheritdoc/>
    public override MicronBert Create(long seed, bool actionUnits) => Network.Build(() => new MicronBert(this), seed);
}

/// <summary>
/// micro-BERT's encoder: patches of 8 pixels and a class token with fixed sine positions through four transformer
/// blocks; [N, 3, S, S] -> [N, 1 + (S / 8)^2, C].
/// </summary>
sealed class MicronBertEncoder : Layer
{
    /// <summary>Blocks of the encoder, and of the decoder.</summary>
    public const int Depth = 4;

    /// <summary>Attention heads of a block.</summary>
    public const int Heads = 4;

    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding patchEmbed;

    [ComponentName(Name = "cls_token")] private readonly Parameter classToken;

    private readonly ModuleList<ViTBlock> blocks = new();
    private readonly LayerNorm norm;
    private readonly Constant positions;
    private readonly int width;

    /// <summary>Creates the encoder.</summary>
    /// <param name="size">Side of a frame.</param>
    /// <param name="width">Channels C.</param>
    public MicronBertEncoder(int size, int width)
    {
        var side = (size + MicronBertOptions.Patch - 1) / MicronBertOptions.Patch;
        patchEmbed = new PatchEmbedding(size, MicronBertOptions.Patch, width, normalize: false);
        classToken = Layers.Normal(1, 1, width);
        for (var i = 0; i < Depth; i++) blocks.Add(new ViTBlock(1 + side * side, width, Heads));

        norm = nn.LayerNorm(width, ViTBlock.Epsilon);
        positions = new Constant(() => SinePositions.Of(side, width));
        this.width = width;
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var patches = patchEmbed.call(input).flatten(1, 2);
        var x = cat([classToken.expand(input.size(0), 1, width), patches], 1).Plus(positions.Like(input));
        foreach (var block in blocks) x = block.call(x);

        return norm.call(x);
    }
}

/// <summary>
/// micro-BERT's decoder, which only its pre-training uses: tokens [N, 1 + L, C] through four blocks back to the pixels
/// of each patch, [N, L, 192].
/// </summary>
sealed class MicronBertDecoder : Layer
{
    private readonly Linear embed;
    private readonly ModuleList<ViTBlock> blocks = new();
    private readonly LayerNorm norm;
    private readonly Linear pixels;
    private readonly Constant positions;

    /// <summary>Creates the decoder.</summary>
    /// <param name="size">Side of a frame.</param>
    /// <param name="width">Channels C.</param>
    public MicronBertDecoder(int size, int width)
    {
        var side = (size + MicronBertOptions.Patch - 1) / MicronBertOptions.Patch;
        embed = new Linear(width, width);
        for (var i = 0; i < MicronBertEncoder.Depth; i++)
            blocks.Add(new ViTBlock(1 + side * side, width, MicronBertEncoder.Heads));

        norm = nn.LayerNorm(width, ViTBlock.Epsilon);
        pixels = new Linear(width, 3 * MicronBertOptions.Patch * MicronBertOptions.Patch);
        positions = new Constant(() => SinePositions.Of(side, width));
        RegisterComponents();
    }

    /// <summary>The pixels of each patch of a frame, [N, 3, S, S] -> [N, L, 192]; past the rim they are zero.</summary>
    public static Tensor Patches(Tensor frames)
    {
        var rest = (MicronBertOptions.Patch - frames.size(-1) % MicronBertOptions.Patch) % MicronBertOptions.Patch;
        using var scope = NewDisposeScope();
        var padded = rest == 0 ? frames : nn.functional.pad(frames, (0, rest, 0, rest));
        return nn.functional.unfold(padded, MicronBertOptions.Patch, stride: MicronBertOptions.Patch).transpose(1, 2)
            .contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var x = embed.call(input).Plus(positions.Like(input));
        foreach (var block in blocks) x = block.call(x);

        return pixels.call(norm.call(x).narrow(1, 1, x.size(1) - 1));
    }
}

/// <summary>
/// micro-BERT's attention between two frames: one head, queries and values of the first frame, keys of the second; of
/// the softmax only the diagonal weights the values, so a token passes as far as it finds itself at its own place in
/// the other frame.
/// </summary>
sealed class DiagonalAttention : Layer<(Tensor Frame, Tensor Other), Tensor>, IOwnMacs
{
    private readonly Linear q, k, v, proj;
    private readonly int width;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Channels C.</param>
    public DiagonalAttention(int width)
    {
        (q, k, v, proj) = (new(width, width), new(width, width), new(width, width), new(width, width));
        this.width = width;
        RegisterComponents();
    }

    // All logits, but only the diagonal's weights.
    long IOwnMacs.OwnMacs(Tensor input) => input.numel() * (input.size(1) + 1);

    /// <summary>
    /// Tokens of the frame looked at and of the frame it is compared with, each [N, L, C] -> [N, L, C].
    /// </summary>
    protected override Tensor Forward((Tensor Frame, Tensor Other) input)
    {
        var logits = q.call(input.Frame).matmul(k.call(input.Other).transpose(1, 2)).Over(Math.Sqrt(width));
        var diagonal = logits.softmax(-1).diagonal(0, 1, 2).unsqueeze(-1);
        return proj.call(diagonal * v.call(input.Frame));
    }
}

/// <summary>
/// Fixed positions of the tokens of a square of patches: sines and cosines of row and column at falling frequencies;
/// the class token in front has zeros.
/// </summary>
internal static class SinePositions
{
    /// <summary>[1, 1 + side^2, width].</summary>
    /// <param name="side">Patches along a side.</param>
    /// <param name="width">Channels; a multiple of 4.</param>
    public static Tensor Of(int side, int width)
    {
        var quarter = width / 4;
        var values = new float[(1 + side * side) * width];
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                var token = values.AsSpan((1 + row * side + column) * width, width);
                for (var i = 0; i < quarter; i++)
                {
                    var frequency = Math.Pow(10_000, -(double)i / quarter);
                    var ((sinX, cosX), (sinY, cosY)) = (Math.SinCos(column * frequency), Math.SinCos(row * frequency));
                    (token[i], token[quarter + i], token[2 * quarter + i], token[3 * quarter + i]) = ((float)sinX,
                        (float)cosX, (float)sinY, (float)cosY);
                }
            }
        }

        return tensor(values).view(1, -1, width);
    }
}
