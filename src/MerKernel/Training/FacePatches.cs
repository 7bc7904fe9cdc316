using MerKernel.Models;
using OpenCvSharp;

namespace MerKernel.Training;

/// <summary>Cuts patches around landmarks out of linearly magnified apex frames.</summary>
public static class FacePatches
{
    /// <summary>Patches as <see cref="PatchInput"/> lays them out, [factors, points, 7, 7]; each magnified image is scaled to 0..1 first.</summary>
    /// <param name="onset">8-bit frame, one channel.</param>
    /// <param name="apex">8-bit frame of the same size.</param>
    /// <param name="landmarks">x, y of the 68 landmarks in pixels of the frame.</param>
    public static float[] Of(Mat onset, Mat apex, ReadOnlySpan<float> landmarks)
    {
        using Mat before = Enlarged(onset), change = Enlarged(apex);
        Cv2.Subtract(change, before, change);
        return Cut(onset.Cols, landmarks, factor =>
        {
            using var image = new Mat();
            Cv2.ScaleAdd(change, factor, before, image);
            return image.AsSpan<float>().ToArray();
        });
    }

    /// <summary>Patches around landmarks of images that are magnified by each factor in turn; each image is scaled to 0..1 first.</summary>
    /// <param name="frameSize">Side of the frame that the landmarks lie in.</param>
    /// <param name="landmarks">x, y of the 68 landmarks in pixels of the frame.</param>
    /// <param name="magnified">The image of a factor, <see cref="PatchInput.ImageSide"/> pixels square.</param>
    public static float[] Cut(int frameSize, ReadOnlySpan<float> landmarks, Func<float, float[]> magnified)
    {
        const int side = PatchInput.ImageSide, reach = PatchInput.Side / 2;
        var scale = (float)side / frameSize;
        var patches = new float[PatchInput.Factors * PatchInput.Points * PatchInput.Side * PatchInput.Side];
        var at = 0;
        for (var factor = 0; factor < PatchInput.Factors; factor++)
        {
            var pixels = magnified(PatchInput.Factor(factor));
            var (low, high) = ((double)pixels.Min(), (double)pixels.Max());
            for (var point = 0; point < PatchInput.Points; point++)
            {
                var landmark = point < PatchInput.BrowPoints ? 17 + point : 48 + point - PatchInput.BrowPoints;
                var (x, y) = ((int)MathF.Round(landmarks[2 * landmark] * scale), (int)MathF.Round(landmarks[2 * landmark + 1] * scale));
                for (var dy = -reach; dy <= reach; dy++)
                    for (var dx = -reach; dx <= reach; dx++)
                    {
                        // Past the rim the nearest pixel stands in.
                        var value = pixels[Math.Clamp(y + dy, 0, side - 1) * side + Math.Clamp(x + dx, 0, side - 1)];
                        patches[at++] = high > low ? (float)((value - low) / (high - low)) : 0;
                    }
            }
        }
        return patches;
    }

    static Mat Enlarged(Mat frame)
    {
        using var values = new Mat();
        frame.ConvertTo(values, MatType.CV_32F);
        var enlarged = new Mat();
        var shrinks = frame.Cols >= PatchInput.ImageSide;
        Cv2.Resize(values, enlarged, new Size(PatchInput.ImageSide, PatchInput.ImageSide), 0, 0, shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
        return enlarged;
    }
}
