using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The classifier (section 3.3): flattened map -> linear 512; the action units beside it; BatchNorm, ReLU; linear 128; BatchNorm; linear to the
/// classes. Linear layers in front of a BatchNorm have no bias, which the BatchNorm would cancel.
/// </summary>
public sealed class FusionHead : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly Linear fc1;
    private readonly BatchNorm1d bn1;
    private readonly Linear fc2;
    private readonly BatchNorm1d bn2;
    private readonly Linear fc3;

    /// <summary>Creates the head.</summary>
    /// <param name="features">Values per sample after flattening (512 x 14 x 14 in the paper).</param>
    /// <param name="options">Width and classes.</param>
    /// <param name="actionUnits">Whether action units are concatenated.</param>
    public FusionHead(int features, MerNetOptions options, bool actionUnits) : base(nameof(FusionHead))
    {
        var embedding = options.Scale(512);
        var joined = embedding + (actionUnits ? ActionUnitCount : 0);
        fc1 = nn.Linear(features, embedding, hasBias: false);
        bn1 = nn.BatchNorm1d(joined);
        fc2 = nn.Linear(joined, options.Scale(128), hasBias: false);
        bn2 = nn.BatchNorm1d(options.Scale(128));
        fc3 = nn.Linear(options.Scale(128), options.Classes);
        RegisterComponents();
    }

    /// <summary>Length of the action unit vector.</summary>
    public const int ActionUnitCount = 21;

    /// <summary>Classifies fused features.</summary>
    /// <param name="fused">[N, ...] with the constructor's number of values per sample.</param>
    /// <param name="actionUnits">[N, 21], or null for a network without them.</param>
    /// <returns>Logits [N, classes].</returns>
    public override Tensor forward(Tensor fused, Tensor? actionUnits)
    {
        using var scope = NewDisposeScope();
        return Classify(Embed(fused, actionUnits)).MoveToOuterDisposeScope();
    }

    /// <summary>The features that the last linear layer sees, [N, 128] at full width.</summary>
    /// <param name="fused">[N, ...] with the constructor's number of values per sample.</param>
    /// <param name="actionUnits">[N, 21], or null for a network without them.</param>
    internal Tensor Embed(Tensor fused, Tensor? actionUnits)
    {
        using var scope = NewDisposeScope();
        var x = fc1.call(fused.flatten(1));
        x = actionUnits is null ? x : cat([x, actionUnits], 1);
        return bn2.call(fc2.call(bn1.call(x).relu_())).MoveToOuterDisposeScope();
    }

    /// <summary>The last linear layer.</summary>
    /// <param name="embedding">What <see cref="Embed"/> returns.</param>
    /// <returns>Logits [N, classes].</returns>
    internal Tensor Classify(Tensor embedding) => fc3.call(embedding);
}
