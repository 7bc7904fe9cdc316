using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// The input of graph networks from a face: 7 x 7 patches around 30 landmarks (10 of the brows, 20 of the mouth) of the
/// apex, magnified by ten factors; [10, 30, 7, 7], in 0..1. Published on the shape features of a learned magnifier,
/// whose weights are not ours to have; without them on the grey image itself, magnified linearly.
/// </summary>
public sealed record PatchInput : ClipInput
{
    /// <summary>
    /// Weights of the learned magnifier, whose shape features then take the grey image's place; null magnifies the grey
    /// image linearly.
    /// </summary>
    public PretrainedWeights? Magnifier { get; init; }

    /// <summary>Factors of the magnification: 1.2 to 3.0.</summary>
    public const int Factors = 10;

    /// <summary>Landmarks 17 to 26 (brows), then 48 to 67 (mouth).</summary>
    public const int Points = 30;

    /// <summary>How many of them belong to the brows.</summary>
    public const int BrowPoints = 10;

    /// <summary>Side of a patch.</summary>
    public const int Side = 7;

    /// <summary>Side of the image that patches are cut from.</summary>
    public const int ImageSide = 128;

    /// <summary>Replaces the learned magnifier: onset + factor * (apex - onset).</summary>
    public const string AssumedLinearMagnification = "linear magnification of the grey apex, onset + factor * (apex " +
        "- onset), in place of the learned magnifier's shape features";

    /// <summary>A magnification factor.</summary>
    /// <param name="index">From 0.</param>
    public static float Factor(int index) => 1.2f + 0.2f * index;

    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [Factors, Points, Side, Side];

    /// <inheritdoc/>
    protected internal override float[] Compute(MerDataset dataset)
    {
        const int length = Factors * Points * Side * Side;
        var (hashes, cache) = (FrameHashes.Of(dataset), new InputCache(dataset.CacheFolder));
        using var landmarks = Baseline.Source(dataset).Landmarks();
        var points = landmarks.data<float>().ToArray();
        var all = new float[dataset.Clips.Length * length];
        using var magnification = new Magnification(Magnifier);
        // A network's factor is its own, so clips wait for each other there.
        Parallel.For(0, dataset.Clips.Length,
            new ParallelOptions { MaxDegreeOfParallelism = magnification.Learned ? 1 : -1 }, i =>
            {
                var (onset, apex) = (dataset.OnsetFrames[i][0], dataset.ApexFrames[i][0]);
                var own = points.AsSpan(i * 136, 136).ToArray();
                var weights = Magnifier is null ? "" : Magnifier.Sha256 + " ";
                cache.Get($"patches 1 {weights}{dataset.Size} {hashes[onset]} {hashes[apex]} {string.Join(' ', own)}",
                    length, () =>
                    {
                        using Mat before = FlowInput.Grey(dataset.Frames, onset),
                            after = FlowInput.Grey(dataset.Frames, apex);
                        if (!magnification.Learned) return FacePatches.Of(before, after, own);
                        using var scope = NewDisposeScope();
                        using var quiet = no_grad();
                        Tensor Frame(int row) => dataset.Frames.narrow(0, row, 1).to_type(ScalarType.Float32);
                        var (first, second) = (Frame(onset), Frame(apex));
                        return FacePatches.Cut(dataset.Size, own,
                            factor => magnification.Shape(first, second, factor, ImageSide));
                    }).CopyTo(all, i * length);
            });
        return all;
    }
}

/// <summary>Cuts patches around landmarks out of linearly magnified apex frames.</summary>
static class FacePatches
{
    /// <summary>
    /// Patches as <see cref="PatchInput"/> lays them out, [factors, points, 7, 7]; each magnified image is scaled to
    /// 0..1 first.
    /// </summary>
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

    /// <summary>
    /// Patches around landmarks of images that are magnified by each factor in turn; each image is scaled to 0..1
    /// first.
    /// </summary>
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
                var (x, y) = ((int)MathF.Round(landmarks[2 * landmark] * scale),
                    (int)MathF.Round(landmarks[2 * landmark + 1] * scale));
                for (var dy = -reach; dy <= reach; dy++)
                    for (var dx = -reach; dx <= reach; dx++)
                    {
                        // Past the rim the nearest pixel is used.
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
        Cv2.Resize(values, enlarged, new OpenCvSharp.Size(PatchInput.ImageSide, PatchInput.ImageSide), 0, 0,
            shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
        return enlarged;
    }
}

/// <summary>
/// Which of a clip's magnified versions a network sees: in training one drawn for each clip, in testing a fixed one.
/// </summary>
internal static class Magnified
{
    /// <summary>Picks a version for each clip.</summary>
    /// <param name="versions">[N, versions, ...].</param>
    /// <param name="training">Whether to draw.</param>
    /// <param name="test">Index of the version seen in testing.</param>
    /// <param name="generator">Where the draws come from.</param>
    /// <returns>[N, ...].</returns>
    public static Tensor Pick(Tensor versions, bool training, int test, Generator? generator)
    {
        if (!training) return versions.select(1, test);

        var count = versions.size(0);
        var drawn = randint(0, versions.size(1), [count], ScalarType.Int64, generator?.device ?? versions.device,
            generator: generator)
            .to(versions.device);
        return versions.index(
            [tensor(Enumerable.Range(0, (int)count).Select(i => (long)i).ToArray(), device: versions.device), drawn]);
    }
}
