using MerKernel.Data;
using MerKernel.Evaluation;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>
/// Whether rows or columns of a face carry more of the class, which Table 3's vertical and horizontal attention can
/// choose by. Read by a linear rule from the difference of apex and onset: the mean of each row (or column) and the
/// mean of its absolute values.
/// </summary>
/// <param name="Rows">Decisions from one profile along the rows, [2 S] numbers a clip.</param>
/// <param name="Columns">Decisions from one along the columns.</param>
/// <param name="Image">Decisions from the whole difference, [S, S].</param>
public sealed record DirectionProbe(ImmutableArray<FoldOutcome> Rows, ImmutableArray<FoldOutcome> Columns,
    ImmutableArray<FoldOutcome> Image)
{
    /// <summary>Asks a data set.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="clips">Its clips, labels among them.</param>
    public static DirectionProbe Of(MerDataset dataset, IReadOnlyList<LabelledClip> clips)
    {
        using var scope = NewDisposeScope();
        Tensor Frames(ImmutableArray<ImmutableArray<int>> rows) =>
            dataset.Frames.index_select(0, tensor(rows.Select(r => (long)r[0]).ToArray()))
                .to_type(ScalarType.Float32).mean([1L]);
        var difference = Frames(dataset.ApexFrames) - Frames(dataset.OnsetFrames);
        var classes = dataset.Classes.Length;
        Tensor Profile(long along) => cat([difference.mean([along]), difference.abs().mean([along])], 1);
        return new(LinearProbe.Run(clips, Profile(2), classes), LinearProbe.Run(clips, Profile(1), classes),
            LinearProbe.Run(clips, difference.flatten(1), classes));
    }
}
