using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// micro-BERT: a transformer encoder over onset and apex, and attention along the diagonal between the two. First it learns to rebuild an apex some of whose patches were swapped with
/// the onset's, and that a crop of it looks like the whole (self-distillation); then the mean of its tokens goes to one linear layer. 26.7 M parameters, the encoder 12.7 M.
/// </summary>
public sealed class MicronBert : Network, IStartsPretrained
{
    private const double StudentTemperature = 0.1, TeacherTemperature = 0.04, CentreMomentum = 0.9;
    private const int DistilledWidth = 128;

    private readonly MicronBertEncoder encoder;
    private readonly DiagonalAttention attention;
    private readonly MicronBertDecoder decoder;
    private readonly TokenLinear distilled;
    private readonly Tensor centre;
    private readonly TokenLinear fc;
    private readonly MicronBertOptions options;
    private Generator? generator;

    private MicronBert(MicronBertOptions options) : base(nameof(MicronBert))
    {
        this.options = options;
        encoder = new MicronBertEncoder(options.InputSize, options.Width);
        attention = new DiagonalAttention(options.Width);
        decoder = new MicronBertDecoder(options.InputSize, options.Width);
        distilled = new TokenLinear(options.Width, DistilledWidth);
        centre = zeros(DistilledWidth);
        fc = new TokenLinear(options.Width, options.Classes);
        RegisterComponents();
    }

    IEnumerable<nn.Module> IStartsPretrained.PretrainedParts => [encoder];

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static MicronBert Create(MicronBertOptions options, long seed) => Build(() => new MicronBert(options), seed);

    /// <inheritdoc/>
    public override void UseGenerator(Generator generator) => this.generator = generator;

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var (apex, onset) = (encoder.call(batch.Apex), encoder.call(batch.Onset));
        var tokens = Compared(apex, onset);
        return fc.call(tokens.narrow(1, 1, tokens.size(1) - 1).mean([1])).MoveToOuterDisposeScope();
    }

    /// <summary>The pre-training's loss in its epochs, then cross entropy.</summary>
    public override Tensor Loss(ClipBatch batch, Tensor labels, int epoch)
    {
        if (epoch >= options.PretrainingEpochs || options.Pretrained is not null)
        {
            return base.Loss(batch, labels, epoch);
        }

        using var scope = NewDisposeScope();
        var rebuilt = decoder.call(Compared(encoder.call(Swapped(batch)), encoder.call(batch.Onset)));
        var loss = nn.functional.mse_loss(rebuilt, MicronBertDecoder.Patches(batch.Apex)).Plus(Distillation(batch.Apex));
        return loss.MoveToOuterDisposeScope();
    }

    // AssumedResidual: the attention is added to the tokens it weighs, which the published diagonal alone would leave near zero.
    private Tensor Compared(Tensor frame, Tensor other) => frame.Plus(attention.call(frame, other));

    /// <summary>The apex, some patches of which are the onset's.</summary>
    private Tensor Swapped(ClipBatch batch)
    {
        var (clips, size) = (batch.Apex.size(0), batch.Apex.size(-1));
        var side = (size + MicronBertOptions.Patch - 1) / MicronBertOptions.Patch;
        var swapped = Draw(clips, 1, side, side).lt(options.AssumedSwapRatio).to(batch.Apex.device);
        var pixels = swapped.repeat_interleave(MicronBertOptions.Patch, 2).repeat_interleave(MicronBertOptions.Patch, 3).narrow(2, 0, size).narrow(3, 0, size);
        return where(pixels, batch.Onset, batch.Apex);
    }

    /// <summary>Cross entropy between what the class token says of the whole frame (the teacher, without gradient) and of crops of it.</summary>
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
            .narrow(2, (long)(places[2 * i] * (size - crop + 1)), crop).narrow(3, (long)(places[2 * i + 1] * (size - crop + 1)), crop));
        var enlarged = nn.functional.interpolate(cat([.. crops], 0), [size, size], mode: InterpolationMode.Bilinear, align_corners: false);
        var student = Seen(enlarged).Over(StudentTemperature).log_softmax(-1);
        return -(whole.repeat(options.LocalCrops, 1) * student).sum(-1).mean();
    }

    private Tensor Seen(Tensor frames) => distilled.call(encoder.call(frames).select(1, 0));

    private Tensor Draw(params long[] shape) => rand(shape, ScalarType.Float32, generator?.device ?? CPU, generator: generator);
}
