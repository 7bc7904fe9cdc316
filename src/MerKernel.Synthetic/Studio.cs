using System.Buffers.Binary;
using System.Text;
using System.Collections.Concurrent;
using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>
/// Films the clips of one synthetic set: the camera and its noise, the people, and the files they become.
/// </summary>
sealed class Studio : IDisposable
{
    readonly DatasetId _dataset;
    readonly SyntheticOptions _options;
    readonly string _folder;
    readonly Camera _camera;
    readonly Sensor _sensor;
    readonly ConcurrentDictionary<string, Lazy<(FaceIdentity Person, Mat Portrait)>> _people = new();

    public Studio(DatasetId dataset, SyntheticOptions options, string folder)
    {
        (_dataset, _options, _folder) = (dataset, options, folder);
        _camera = Camera.Of(dataset);
        _sensor = new Sensor(_camera.Frame, _camera.Channels, _camera.Noise,
            RandomExtensions.Seed(options.Seed, "sensor", dataset.ToString()));
    }

    /// <summary>
    /// Renders the clip's frames unless they are there; true if it rendered. A clip's folder of its own appears at once
    /// and whole.
    /// </summary>
    public bool Film(SyntheticClip clip, CancellationToken cancel)
    {
        var cropped = ClipFolder(clip, raw: false);
        var raw = _dataset == DatasetId.CasmeII && _options.RawFrames ? ClipFolder(clip, raw: true) : null;
        if (OtherSet.Of(_dataset) is { SharesFolders: true })
        {
            if (File.Exists(Path.Combine(cropped, FrameName(clip, clip.Offset)))) return false;
            // Frames come into the recording when all are there, the last one last.
            var part = Path.Combine(Path.GetDirectoryName(cropped)!, $".{clip.Name}");
            if (!Directory.Exists(part)) Render(clip, part, null, cancel);
            Directory.CreateDirectory(cropped);
            for (var frame = clip.Onset; frame <= clip.Offset; frame++)
                if (Path.Combine(part, FrameName(clip, frame)) is var file && File.Exists(file))
                    Move(file, Path.Combine(cropped, FrameName(clip, frame)));
            if (Directory.Exists(part) && !Directory.EnumerateFileSystemEntries(part).Any()) Directory.Delete(part);
            return true;

            static void Move(string file, string to)
            {
                try { File.Move(file, to, overwrite: true); }
                catch (FileNotFoundException) { /* Another process, which renders the same, has moved its own. */ }
            }
        }
        if (Directory.Exists(cropped) && (raw is null || Directory.Exists(raw))) return false;
        Render(clip, cropped, raw, cancel);
        return true;
    }

    void Render(SyntheticClip clip, string cropped, string? raw, CancellationToken cancel)
    {
        var (course, pose, random) = Staging.Of(_dataset, _options, clip);
        var (person, portrait) = Person(clip.Subject);
        var shape = new FaceShape(person);
        var window = raw is null && _camera.Crop is { } crop ? crop : new Rect(default, _camera.Frame);
        using var renderer = new FaceRenderer(portrait, Furrowed(portrait, clip, shape), pose, window,
            [.. clip.Movements.SelectMany(m => AuKernels.Of(m, shape))]);
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
    }

    public void Dispose()
    {
        _sensor.Dispose();
        foreach (var person in _people.Values)
            if (person.IsValueCreated) person.Value.Portrait.Dispose();
    }

    Mat Furrowed(Mat portrait, SyntheticClip clip, FaceShape shape)
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

    string ClipFolder(SyntheticClip clip, bool raw) =>
        OtherSet.Of(_dataset) is { } other ? Path.Combine(_folder, other.Folder(clip)) : _dataset == DatasetId.CasmeII
            ? Path.Combine(_folder, raw ? "CASME2_RAW_selected" : "Cropped", "sub" + clip.Subject, clip.Name)
            : Path.Combine(_folder, clip.Subject, clip.Name);

    string FrameName(SyntheticClip clip, int frame) =>
        OtherSet.Of(_dataset) is { } other ? other.Frame(frame) : _dataset == DatasetId.CasmeII
            ? $"reg_img{frame}.jpg"
            : $"{clip.Subject}_{frame.ToString().PadLeft(clip.Digits, '0')}.jpg";

    void Save(Mat image, string path)
    {
        var png = path.EndsWith(".png", StringComparison.Ordinal);
        Cv2.ImEncode(png ? ".png" : ".jpg", image, out var bytes, png
            ? new ImageEncodingParam(ImwriteFlags.PngCompression, 3)
            : new ImageEncodingParam(ImwriteFlags.JpegQuality, _camera.Quality));
        FaultPoint.Reach("write", path, () => File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]));
        File.WriteAllBytes(path, Marked(bytes));
    }

    /// <summary>
    /// A JPEG or PNG with a comment near its beginning, by which a copy without the marker file is still known as
    /// synthetic.
    /// </summary>
    internal static byte[] Marked(byte[] image)
    {
        var comment = Encoding.ASCII.GetBytes(FrameImage.SyntheticComment);
        // Segment FFFE; its length counts its own two bytes.
        if (image[0] == 0xFF)
            return [.. image[..2], 0xFF, 0xFE, 0, (byte)(comment.Length + 2), .. comment, .. image[2..]];
        // Behind the header's chunk; the checksum is of type and contents.
        byte[] chunk = [.. "tEXtComment\0"u8, .. comment];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, chunk.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc(chunk));
        return [.. image[..33], .. length, .. chunk, .. sum, .. image[33..]];
    }

    /// <summary>A PNG chunk's checksum (ISO 3309), which .NET has in a package only.</summary>
    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }
        return ~crc;
    }
}

/// <summary>A data set's recording set-up: frame, crop, noise, and where faces sit.</summary>
/// <param name="Frame">Size of a raw frame.</param>
/// <param name="Crop">The part published as cropped frames; null where only raw frames are published.</param>
/// <param name="Channels">3 for colour, 1 for grey.</param>
/// <param name="Eyes">Usual point midway between the eyes, pixels.</param>
/// <param name="PixelsPerIod">Usual inter-ocular distance, pixels.</param>
/// <param name="Wander">How far faces sit from there, pixels.</param>
/// <param name="Noise">Standard deviation of the sensor's noise, grey levels.</param>
/// <param name="Quality">JPEG quality.</param>
sealed record Camera(Size Frame, Rect? Crop, int Channels, Vector2 Eyes, double PixelsPerIod, double Wander,
    double Noise, int Quality)
{
    static readonly Camera CasmeII = new(new(640, 480), new Rect(180, 66, 280, 340), 3, new(320, 168), 104, 4, 2.0, 92);
    static readonly Camera Uncropped = CasmeII with { Crop = null };
    static readonly Camera Samm = new(new(2040, 1088), null, 1, new(1020, 430), 160, 40, 1.6, 85);

    /// <summary>The set-up of a data set.</summary>
    public static Camera Of(DatasetId dataset) =>
        dataset switch { DatasetId.CasmeII => CasmeII, DatasetId.Samm => Samm, _ => Uncropped };

    /// <summary>A person takes a seat.</summary>
    public Pose Place(Random random) => new(
        Eyes + new Vector2((float)random.Uniform(-Wander, Wander), (float)random.Uniform(-Wander, Wander)),
        PixelsPerIod * random.Uniform(0.97, 1.03),
        random.Uniform(-0.04, 0.04));
}

/// <summary>
/// A camera's noise: one seeded field, larger than a frame, of which every frame takes another cutting.
/// </summary>
sealed class Sensor : IDisposable
{
    const int Spare = 160;
    readonly Mat _field;

    /// <summary>
    /// Fills the field with Gaussian noise of standard deviation <paramref name="sigma"/> grey levels.
    /// </summary>
    public Sensor(Size frame, int channels, double sigma, int seed)
    {
        // Our own generator: OpenCV's would tie the bytes to its version and thread.
        var random = new Random(seed);
        var table = new byte[4096];
        for (var i = 0; i < table.Length; i++)
            table[i] = (byte)Math.Clamp(Math.Round(128 + sigma * random.Gaussian()), 0, 255);
        var values = new byte[(frame.Width + Spare) * (frame.Height + Spare) * channels];
        for (var i = 0; i < values.Length; i++) values[i] = table[random.Next(table.Length)];
        using var wrapped = Mat.FromPixelData(frame.Height + Spare, frame.Width + Spare, MatType.CV_8UC(channels),
            values);
        _field = wrapped.Clone();
    }

    /// <summary>
    /// Exposes a window of the frame in place: brightness, then noise. The cutting depends only on
    /// <paramref name="seed"/>.
    /// </summary>
    public void Expose(Mat image, Point corner, double gain, int seed)
    {
        var random = new Random(seed);
        var cutting = new Rect(corner.X + random.Next(Spare), corner.Y + random.Next(Spare), image.Width, image.Height);
        using var noise = new Mat(_field, cutting);
        Cv2.AddWeighted(image, gain, noise, 1, -128, image);
    }

    public void Dispose() => _field.Dispose();
}

/// <summary>How a clip is staged before its first frame: how it unfolds and where the face sits.</summary>
/// <param name="Course">Growth of the movement, drift of head and lamp.</param>
/// <param name="Pose">Where the face is in the raw frame.</param>
/// <param name="Random">The clip's generator after these draws.</param>
sealed record Staging(ClipCourse Course, Pose Pose, Random Random)
{
    public static Staging Of(DatasetId dataset, SyntheticOptions options, SyntheticClip clip)
    {
        var random = RandomExtensions.For(options.Seed, "film", dataset.ToString(), clip.Subject, clip.Name);
        var course = new ClipCourse(clip.Onset, clip.Apex, clip.Offset, random,
            SyntheticRoster.Of(dataset, options.Size).HeadDrift);
        return new Staging(course, Camera.Of(dataset).Place(random), random);
    }

    /// <summary>The invented person behind a subject.</summary>
    public static FaceIdentity Person(DatasetId dataset, SyntheticOptions options, string subject) =>
        FaceIdentity.Draw(RandomExtensions.Seed(options.Seed, "person", dataset.ToString(), subject));
}
