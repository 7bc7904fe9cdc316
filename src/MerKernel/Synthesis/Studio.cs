using System.Text;
using System.Collections.Concurrent;
using System.Numerics;
using MerKernel.Data;
using OpenCvSharp;

namespace MerKernel.Synthesis;

/// <summary>Films the clips of one look-alike: the camera and its noise, the people, and the files they become.</summary>
sealed class Studio : IDisposable
{
    readonly DatasetId _dataset;
    readonly LookAlikeOptions _options;
    readonly string _folder;
    readonly Camera _camera;
    readonly Sensor _sensor;
    readonly ConcurrentDictionary<string, Lazy<(FaceIdentity Person, Mat Portrait)>> _people = new();

    public Studio(DatasetId dataset, LookAlikeOptions options, string folder)
    {
        (_dataset, _options, _folder) = (dataset, options, folder);
        _camera = Camera.Of(dataset);
        _sensor = new Sensor(_camera.Frame, _camera.Channels, _camera.Noise, RandomExtensions.Seed(options.Seed, "sensor", dataset.ToString()));
    }

    /// <summary>Renders the clip's frames unless they are there; true if it rendered. A clip's folder appears at once and whole.</summary>
    public bool Film(LookAlikeClip clip, CancellationToken cancel)
    {
        var cropped = ClipFolder(clip, raw: false);
        var raw = _dataset == DatasetId.CasmeII && _options.RawFrames ? ClipFolder(clip, raw: true) : null;
        if (Directory.Exists(cropped) && (raw is null || Directory.Exists(raw))) return false;

        var (course, pose, random) = Staging.Of(_dataset, _options, clip);
        var (person, portrait) = Person(clip.Subject);
        var shape = new FaceShape(person);
        var window = raw is null && _camera.Crop is { } crop ? crop : new Rect(default, _camera.Frame);
        using var renderer = new FaceRenderer(portrait, Furrowed(portrait, clip, shape), pose, window, [.. clip.Movements.SelectMany(m => AuKernels.Of(m, shape))]);
        var published = (_camera.Crop ?? window) - window.Location;
        var noise = random.Next();
        Folders.Fill(raw, rawPart => Folders.Fill(cropped, part =>
        {
            for (var frame = clip.Onset; frame <= clip.Offset; frame++)
            {
                cancel.ThrowIfCancellationRequested();
                using var image = renderer.Render(course.Activation(frame), course.Drift(frame));
                _sensor.Expose(image, window.Location, course.Gain(frame), noise + frame);
                if (rawPart is not null) Save(image, Path.Combine(rawPart, $"img{frame}.jpg"));
                using var cut = new Mat(image, published);
                Save(cut, Path.Combine(part!, FrameName(clip, frame)));
            }
        }));
        return true;
    }

    public void Dispose()
    {
        _sensor.Dispose();
        foreach (var person in _people.Values)
            if (person.IsValueCreated) person.Value.Portrait.Dispose();
    }

    Mat Furrowed(Mat portrait, LookAlikeClip clip, FaceShape shape)
    {
        if (_camera.Channels == 3) return Furrows.Paint(portrait, _camera.PixelsPerIod, clip.Movements, shape);
        using var colour = portrait.CvtColor(ColorConversionCodes.GRAY2BGR);
        using var painted = Furrows.Paint(colour, _camera.PixelsPerIod, clip.Movements, shape);
        return painted.CvtColor(ColorConversionCodes.BGR2GRAY);
    }

    (FaceIdentity Person, Mat Portrait) Person(string subject) => _people.GetOrAdd(subject, s => new(() =>
    {
        var person = Staging.Person(_dataset, _options, s);
        var portrait = FacePainter.Paint(person, _camera.PixelsPerIod);
        if (_camera.Channels == 3) return (person, portrait);
        using (portrait) return (person, portrait.CvtColor(ColorConversionCodes.BGR2GRAY));
    })).Value;

    string ClipFolder(LookAlikeClip clip, bool raw) => _dataset == DatasetId.CasmeII
        ? Path.Combine(_folder, raw ? "CASME2_RAW_selected" : "Cropped", "sub" + clip.Subject, clip.Name)
        : Path.Combine(_folder, clip.Subject, clip.Name);

    string FrameName(LookAlikeClip clip, int frame) => _dataset == DatasetId.CasmeII
        ? $"reg_img{frame}.jpg"
        : $"{clip.Subject}_{frame.ToString().PadLeft(clip.Digits, '0')}.jpg";

    void Save(Mat image, string path)
    {
        Cv2.ImEncode(".jpg", image, out var bytes, new ImageEncodingParam(ImwriteFlags.JpegQuality, _camera.Quality));
        FaultPoint.Reach("write", path, () => File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]));
        File.WriteAllBytes(path, Marked(bytes));
    }

    /// <summary>A JPEG with a comment behind its first marker, by which a copy without the marker file is still known as synthetic.</summary>
    internal static byte[] Marked(byte[] jpeg)
    {
        var comment = Encoding.ASCII.GetBytes(FrameImage.SyntheticComment);
        // Segment FFFE; its length counts its own two bytes.
        return [.. jpeg[..2], 0xFF, 0xFE, 0, (byte)(comment.Length + 2), .. comment, .. jpeg[2..]];
    }
}
