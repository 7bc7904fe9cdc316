using OpenCvSharp;

namespace MerKernel.Flow;

/// <summary>Dense optical flow between two frames, with each method's parameters in one place.</summary>
public static class OpticalFlow
{
    /// <summary>
    /// The motion of every pixel of <paramref name="before"/>, in pixels to the right and down: float [H, W, 2].
    /// </summary>
    /// <param name="before">8-bit frame, one channel.</param>
    /// <param name="after">8-bit frame of the same size.</param>
    /// <param name="method">The algorithm.</param>
    /// <exception cref="ArgumentException">A frame is no such frame, or they differ in size.</exception>
    public static Mat Between(Mat before, Mat after, FlowMethod method)
    {
        foreach (var frame in new[] { before, after })
            if (frame.Empty() || frame.Type() != MatType.CV_8UC1)
                throw new ArgumentException($"A frame is {(frame.Empty() ? "empty" : frame.Type().ToString())}; flow " +
                    "is computed between 8-bit frames of one channel (Cv2.CvtColor with BGR2GRAY makes them).");
        if (before.Size() != after.Size())
            throw new ArgumentException($"The frames are {before.Width} x {before.Height} and {after.Width} x " +
                $"{after.Height} pixels; give two of the same size.");
        return method == FlowMethod.TvL1 ? TvL1Flow.Between(before, after) : Farneback(before, after);
    }

    static Mat Farneback(Mat before, Mat after)
    {
        var flow = new Mat();
        Cv2.CalcOpticalFlowFarneback(before, after, flow, 0.5, 4, 15, 4, 7, 1.5, OpticalFlowFlags.FarnebackGaussian);
        return flow;
    }
}

/// <summary>A dense optical flow algorithm.</summary>
public enum FlowMethod
{
    /// <summary>
    /// Total variation and L1 data term (Zach, Pock and Bischof 2007), the input of most networks on flow.
    /// </summary>
    TvL1,

    /// <summary>Polynomial expansion (Farneback 2003).</summary>
    Farneback,
}
