using MerKernel.Data;
using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Reports;

/// <summary>Along which line the faces of a data set move between onset and apex.</summary>
public static class MotionAxis
{
    /// <summary>
    /// The principal axis of all flow vectors (TV-L1), in degrees from the horizontal: 0 is sideways, 90 up and down. Directions along one line count as one, so the
    /// angle of a vector is doubled before averaging.
    /// </summary>
    public static double Degrees(MerDataset dataset)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var flow = ClipInputs.Of(dataset, new FlowInput(FlowMethod.TvL1, 28));
        var (u, v) = (flow.select(1, 0), flow.select(1, 1));
        var doubled = Math.Atan2((2 * u * v).sum().item<float>(), (u * u - v * v).sum().item<float>());
        // Image rows run downwards, angles upwards.
        var degrees = -doubled * 90 / Math.PI;
        return degrees < 0 ? degrees + 180 : degrees;
    }
}
