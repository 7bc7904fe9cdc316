using MerKernel.Flow;
using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Reports;

/// <summary>The attention angle of one block after one epoch of one fold.</summary>
/// <param name="Row">The table's row.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Subject">The subject left out.</param>
/// <param name="Block">Block, from 1.</param>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Degrees">The angle.</param>
/// <param name="Vertical">The angle of vertical attention in the row's reading.</param>
public sealed record LearnedAngle(string Row, DatasetId Dataset, string Subject, int Block, int Epoch, float Degrees,
    int Vertical)
{
    /// <summary>Every angle of a fold; none for a network that learns none.</summary>
    public static IEnumerable<LearnedAngle> Of(string row, Experiment experiment, FoldPrediction fold) =>
        from epoch in (fold.Angles ?? []).Select((angles, i) => (Angles: angles, Number: i + 1))
        from block in epoch.Angles.Select((degrees, i) => (Degrees: degrees, Number: i + 1))
        select new LearnedAngle(row, experiment.Dataset, fold.Subject, block.Number, epoch.Number, block.Degrees,
            experiment.Model is MerNetOptions { Angle: AngleReading.Paper } ? 90 : 0);
}

/// <summary>Along which line the faces of a data set move between onset and apex, apart from the heads.</summary>
public static class MotionAxis
{
    /// <summary>
    /// The principal axis of all flow vectors (TV-L1) less each clip's mean, which is the head's own movement, in
    /// degrees from the horizontal: 0 is sideways, 90 up and down. Directions along one line count as one, so the angle
    /// of a vector is doubled before averaging.
    /// </summary>
    public static double Degrees(MerDataset dataset)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return Degrees(ClipInputs.Of(dataset, new FlowInput(FlowMethod.TvL1, 28)));
    }

    /// <summary>The same of flow that is known: [N, 2, H, W], to the right and down.</summary>
    internal static double Degrees(TorchSharp.torch.Tensor flow)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        flow -= flow.mean([2, 3], keepdim: true);
        var (u, v) = (flow.select(1, 0), flow.select(1, 1));
        var doubled = Math.Atan2((2 * u * v).sum().item<float>(), (u * u - v * v).sum().item<float>());
        // Image rows run downwards, angles upwards.
        var degrees = -doubled * 90 / Math.PI;
        return degrees < 0 ? degrees + 180 : degrees;
    }
}
