using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>
/// A clip of no data set: a video, a folder of frames, or an onset and an apex. Frames are read when they are asked
/// for.
/// </summary>
public sealed partial class Recording
{
    // A micro-expression lasts half a second: 100 frames at 200 Hz.
    const int MostFrames = 3000;
    const double Uneven = 1.5;

    static readonly string[] s_pictures = [".jpg", ".jpeg", ".png", ".bmp"];

    readonly ImmutableArray<string> _files;

    Recording(string path, ImmutableArray<string> files, int count, ImmutableArray<string> remarks) =>
        (Path, _files, Count, Remarks) = (path, files, count, remarks);

    /// <summary>The video, the folder, or the onset.</summary>
    public string Path { get; }

    /// <summary>Number of frames.</summary>
    public int Count { get; }

    /// <summary>Its oddities, a message each.</summary>
    public ImmutableArray<string> Remarks { get; }

    /// <summary>Pictures of one face in their order, for example onset and apex.</summary>
    /// <exception cref="UserErrorException">One of them is not there, or there are fewer than two.</exception>
    public static Recording Of(params ImmutableArray<string> files) =>
        files.Length < 2 ? throw new UserErrorException("A clip needs an onset and an apex; name both pictures.")
        : files.FirstOrDefault(f => !File.Exists(f)) is { } missing
            ? throw new UserErrorException(
                $"There is no file {System.IO.Path.GetFullPath(missing)}; name the pictures of the clip.")
            : new(files[0], files, files.Length, []);

    /// <summary>A folder of frames in the order of their numbers, or a video.</summary>
    /// <exception cref="UserErrorException">
    /// It holds no frames, is no video that can be read here, or is too long.
    /// </exception>
    public static Recording Open(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(path);
        if (Directory.Exists(path))
        {
            ImmutableArray<string> files = [.. Directory.EnumerateFiles(path).Where(IsPicture)
                .OrderBy(f =>
                    LastNumber().Match(System.IO.Path.GetFileNameWithoutExtension(f)) is { Success: true } number
                        ? decimal.Parse(number.Value, CultureInfo.InvariantCulture) : -1)
                .ThenBy(f => f, StringComparer.Ordinal)];
            return files.Length < 2
                ? throw new UserErrorException($"{path} holds " +
                    $"{(files.Length == 1 ? "1 picture" : $"{files.Length} pictures")} (.jpg, .png or .bmp); a clip " +
                    "needs an onset and an apex.")
                : new(path, files, Checked(path, files.Length), []);
        }
        if (!File.Exists(path))
            throw new UserErrorException($"There is no video or folder {System.IO.Path.GetFullPath(path)}; name a " +
                "video, a folder of frames, or the onset's and the apex's picture with --onset and --apex.");
        if (IsPicture(path))
            throw new UserErrorException($"{path} is one picture; name the onset's and the apex's with --onset and " +
                "--apex, or the folder of all frames.");
        using var video = Capture(path);
        var (count, times, size) = (0, new List<double>(), new Size());
        using var frame = new Mat();
        while (video.Read(frame) && !frame.Empty())
        {
            times.Add(video.PosMsec);
            if (++count == 1 && (size = frame.Size()) is { Width: var width, Height: var height }
                && (long)width * height > FrameImage.MostPixels)
                throw new UserErrorException($"{path} has frames of {width} x {height} pixels, more than " +
                    $"{FrameImage.MostPixels / 1_000_000} million; reduce it, for example: ffmpeg -i \"{path}\" -vf " +
                    "scale=1920:-2 small.mp4");
            Checked(path, count);
        }
        if (count < 2)
            throw new UserErrorException($"{path} has {count} frames that can be read; a clip needs an onset and an " +
                $"apex. If it plays elsewhere, make frames of it: mkdir -p frames && ffmpeg -i \"{path}\" " +
                "frames/%05d.png");
        return new(path, [], count, [.. Oddities(times, size)]);
    }

    // macOS puts ._img1.jpg, which is no picture, next to img1.jpg.
    static bool IsPicture(string file) => System.IO.Path.GetFileName(file)[0] != '.'
        && s_pictures.Contains(System.IO.Path.GetExtension(file).ToLowerInvariant());

    internal static IEnumerable<string> Oddities(List<double> times, Size size)
    {
        if (size.Width >= 3840 || size.Height >= 2160)
            yield return $"The video has {size.Width} x {size.Height} pixels: the face is looked for in a copy of " +
                "240 pixels height, and the network sees a few hundred pixels. 1920 x 1080 gives the same and is " +
                "read four times as fast.";
        var steps = times.Zip(times.Skip(1), (a, b) => b - a).ToList();
        var usual = steps.Order().ElementAt(steps.Count / 2);
        if (usual > 0 && steps.Exists(s => s > Uneven * usual || s < usual / Uneven))
            yield return string.Create(CultureInfo.InvariantCulture,
                $"The frame rate varies: frames are {steps.Min():0.#} to {steps.Max():0.#} ms apart, mostly {usual:0.#}. Frames are taken in their order, so a pause in the recording can pass for quick movement; look at the chosen onset and apex.");
        if (usual > 1000.0 / 50 + 1)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"The video has about {1000 / usual:0} frames per second; the data sets were recorded at 200, and an expression of half a second has few frames here.");
    }

    static int Checked(string path, int frames) => frames <= MostFrames ? frames
        : throw new UserErrorException(
            $"{path} has more than {MostFrames} frames; cut it to the expression, which lasts about half a second.");

    static VideoCapture Capture(string path)
    {
        var video = new VideoCapture(path);
        if (video.IsOpened()) return video;
        video.Dispose();
        throw new UserErrorException($"{path} cannot be read as a video here; make frames of it and name their " +
            $"folder: mkdir -p frames && ffmpeg -i \"{path}\" frames/%05d.png");
    }

    /// <summary>Every frame in its order as a file's bytes; a video's are PNG, without loss.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Frames()
    {
        if (!_files.IsEmpty)
        {
            foreach (var file in _files) yield return (file, FrameImage.Read(file));
            yield break;
        }
        using var video = Capture(Path);
        using var frame = new Mat();
        // Fast rather than small: it is decoded at once.
        for (var i = 0; i < Count && video.Read(frame); i++)
            yield return ($"frame {i} of {Path}",
                frame.ImEncode(".png", new ImageEncodingParam(ImwriteFlags.PngCompression, 1)));
    }

    [GeneratedRegex("[0-9]{1,18}(?=[^0-9]*$)")]
    private static partial Regex LastNumber();
}
