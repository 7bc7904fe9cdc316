using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Decodes, aligns and shrinks the frames of a clip. One per worker.</summary>
/// <param name="options">The preparation.</param>
/// <param name="finder">Finds the face; null where frames are only resized.</param>
internal sealed class ClipPreparer(PreparationOptions options, FaceFinder? finder)
{
    /// <summary>The prepared clip, or the reason why there is none.</summary>
    public readonly record struct Result(ClipCache.Header? Header, byte[] Pixels, string? Unusable, bool NoFace);

    /// <summary>
    /// Prepares a clip; frames that are only neighbours of onset and apex are left out, with a note, where they cannot
    /// be read.
    /// </summary>
    public Result Prepare(Clip clip, IReadOnlyList<(int Number, string Path, byte[] Bytes)> frames)
    {
        var notes = new List<string>();
        var numbers = new List<int>();
        var frameBytes = 3 * options.Size * options.Size;
        var pixels = new byte[frames.Count * frameBytes];
        FaceLandmarks? face = null;
        Similarity? transform = null;
        Size? extent = null;
        // The onset comes first: its face decides the transform of all.
        foreach (var (number, path, bytes) in frames)
        {
            using var image = FrameImage.Decode(bytes, out var undecoded);
            var needed = number == clip.Onset || number == clip.Apex;
            var problem = image is null ? undecoded
                : image.Rows < 16 || image.Cols < 16 ? $"is {image.Cols} x {image.Rows} pixels"
                : extent is { } e && e != image.Size() ? $"is {image.Cols} x {image.Rows} pixels, the onset " +
                    $"{e.Width} x {e.Height}" : null;
            if (problem is not null)
            {
                if (needed) return new Result(null, [], $"{path} {problem}", false);
                notes.Add($"frame {number} {problem} and is not drawn in training");
                continue;
            }
            if (needed && FrameImage.Darkness(image!, bytes) is { } dark) notes.Add($"frame {number} {dark}");
            if (extent is null && finder is not null)
            {
                face = finder.Find(image!);
                if (face is null && options.NoFace != NoFacePolicy.CentreCrop)
                    return new Result(null, [], $"{path} shows no face", true);
                if (face is null) notes.Add($"no face found in frame {number}; the centred square is used");
                else if (face.Faces > 1) notes.Add($"{face.Faces} faces found in frame {number}; the largest is used");
                transform = face is null ? null : CanonicalFace.TransformTo(face.Points, options.Size);
            }
            extent = image!.Size();
            using var crop = transform is { } t
                ? t.Warp(image, options.Size)
                : finder is null ? Shrink(image)
                : Centre(image);
            CopyPlanes(crop, pixels.AsSpan(numbers.Count * frameBytes, frameBytes));
            numbers.Add(number);
        }
        var landmarks = face is null ? [] : face.Points.Select(p => transform!.Value.Apply(p.X, p.Y))
            .SelectMany(p => new[] { (float)p.X, (float)p.Y }).ToArray();
        Array.Resize(ref pixels, numbers.Count * frameBytes);
        return new Result(new ClipCache.Header([.. numbers], [.. notes], landmarks), pixels, null, false);
    }

    private Mat Centre(Mat image)
    {
        var side = Math.Min(image.Rows, image.Cols);
        using var square = new Mat(image, new Rect((image.Cols - side) / 2, (image.Rows - side) / 2, side, side));
        return Shrink(square);
    }

    private Mat Shrink(Mat image)
    {
        var smaller = image.Rows >= options.Size && image.Cols >= options.Size;
        return image.Resize(new Size(options.Size, options.Size), 0, 0,
            smaller ? InterpolationFlags.Area : InterpolationFlags.Linear);
    }

    // OpenCV keeps BGR by pixel; the network takes planes in the order RGB.
    private static void CopyPlanes(Mat bgr, Span<byte> rgb)
    {
        var planes = bgr.Split();
        for (var c = 0; c < 3; c++)
            using (planes[c]) planes[c].AsSpan<byte>().CopyTo(rgb[((2 - c) * bgr.Rows * bgr.Cols)..]);
    }
}
