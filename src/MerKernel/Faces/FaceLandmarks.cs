using OpenCvSharp;

namespace MerKernel.Faces;

/// <summary>A face that was found in an image.</summary>
/// <param name="Points">The 68 landmarks of the iBUG scheme in pixels of the image: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.</param>
/// <param name="Box">The detector's rectangle in pixels.</param>
/// <param name="Faces">How many faces the image had; this one is the largest.</param>
public sealed record FaceLandmarks(ImmutableArray<Point2f> Points, Rect2d Box, int Faces);
