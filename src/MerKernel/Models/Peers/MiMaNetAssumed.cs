using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// The micro net of MiMaNet as far as it can be assumed: a ResNet-34 on the apex, another on every frame of the time-normalised sequence with a convolution along time and its
/// mean behind it; both vectors to one linear layer. The macro net that guides the published one needs CK+ and MMI and is not here.
/// </summary>
public sealed class MiMaNetAssumed : Network, IStartsPretrained
{
    private readonly Sequential apex;
    private readonly Sequential sequence;
    private readonly Conv1d temporal;
    private readonly Linear fc;

    private MiMaNetAssumed(MiMaNetOptions options) : base(nameof(MiMaNetAssumed))
    {
        var width = 64 / options.WidthDivisor;
        apex = ResNetTrunk.Create(width, 3, 4, 6, 3);
        sequence = ResNetTrunk.Create(width, 3, 4, 6, 3);
        temporal = nn.Conv1d(8 * width, 8 * width, MiMaNetOptions.AssumedTemporalKernel, padding: MiMaNetOptions.AssumedTemporalKernel / 2);
        fc = nn.Linear(16 * width, options.Classes);
        RegisterComponents();
    }

    IEnumerable<nn.Module> IStartsPretrained.PretrainedParts => [apex, sequence];

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static MiMaNetAssumed Create(MiMaNetOptions options, long seed) => Build(() => new MiMaNetAssumed(options), seed);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var (clips, count) = (batch.Asked.size(0), batch.Asked.size(1));
        var place = apex.call(batch.Apex).mean([2, 3]);
        var steps = sequence.call(batch.Asked.flatten(0, 1)).mean([2, 3]).view(clips, count, -1).transpose(1, 2);
        var motion = temporal.call(steps).relu_().mean([2]);
        return fc.call(cat([place, motion], 1)).MoveToOuterDisposeScope();
    }
}
