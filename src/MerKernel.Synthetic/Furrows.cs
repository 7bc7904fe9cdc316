using System.Numerics;
using MerKernel.Data;
using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>The shading a movement adds to the skin: frown lines (AU 4), crow's feet (6), lid bags (7), nose wrinkles (9), smile folds (12), chin dimples (17).</summary>
static class Furrows
{
    /// <summary>The portrait with the furrows of the movements at their peaks.</summary>
    public static Mat Paint(Mat portrait, double pixelsPerIod, IEnumerable<AuMovement> movements, FaceShape shape)
    {
        using var canvas = new Canvas(pixelsPerIod);
        portrait.ConvertTo(canvas.Image, MatType.CV_32FC3);
        foreach (var movement in movements)
            foreach (var side in (ReadOnlySpan<int>)[-1, 1])
            {
                if (movement.Side == (side < 0 ? FaceSide.Left : FaceSide.Right)) continue;
                foreach (var (line, width, depth) in Lines(movement.Number, shape))
                    canvas.ShadeLine(side < 0 ? Curves.Smooth(line) : Curves.Smooth(line).Mirror(), width, 1 - Math.Min(0.4, depth * movement.Peak / 0.04), width * 0.8);
            }
        return canvas.ToBytes();
    }

    // Drawn on the image-left side; the depth is the darkening at a peak of 0.04 iod.
    static IEnumerable<(Vector2[] Line, double Width, double Depth)> Lines(int number, FaceShape shape) => number switch
    {
        1 => [([new(-0.45f, -0.6f), new(-0.2f, -0.64f), new(0, -0.62f)], 0.02, 0.10)],
        2 => [([new(-0.95f, -0.45f), new(-0.75f, -0.56f), new(-0.5f, -0.58f)], 0.02, 0.10)],
        4 => [([new(-0.08f, -0.42f), new(-0.09f, -0.3f), new(-0.07f, -0.18f)], 0.03, 0.20)],
        6 => [([new(-0.78f, 0.08f), new(-0.9f, 0.12f), new(-1f, 0.2f)], 0.018, 0.16), ([new(-0.78f, -0.02f), new(-0.96f, -0.04f)], 0.018, 0.14),
              ([new(-0.3f, 0.2f), new(-0.5f, 0.27f), new(-0.72f, 0.22f)], 0.03, 0.14)],
        7 => [([new(-0.32f, 0.1f), new(-0.5f, 0.14f), new(-0.68f, 0.1f)], 0.02, 0.14)],
        9 => [([new(-0.04f, 0.02f), new(-0.16f, 0.08f)], 0.02, 0.18), ([new(-0.05f, 0.1f), new(-0.17f, 0.17f)], 0.02, 0.16)],
        10 or 12 => [([new(-0.29f, 0.64f), new(-0.44f, 0.82f), shape[48] + new Vector2(-0.1f, -0.05f)], 0.035, 0.14)],
        14 => [([shape[48] + new Vector2(-0.07f, -0.05f), shape[48] + new Vector2(-0.06f, 0.06f)], 0.03, 0.2)],
        15 => [([shape[48] + new Vector2(-0.03f, 0.04f), shape[48] + new Vector2(-0.06f, 0.14f)], 0.025, 0.16)],
        17 => [([new(-0.16f, shape[57].Y + 0.22f), new(-0.07f, shape[57].Y + 0.17f), new(0, shape[57].Y + 0.16f)], 0.03, 0.16)],
        _ => [],
    };
}
