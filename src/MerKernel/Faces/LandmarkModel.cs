using OpenCvSharp;

namespace MerKernel.Faces;

/// <summary>dlib's 68-point shape predictor; read once (1 to 3 s), shared by all threads.</summary>
public sealed class LandmarkModel : IDisposable
{
    /// <summary>Where Debian's libdlib-data puts the model.</summary>
    public const string DebianPath = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

    private nint handle;

    private LandmarkModel(nint handle) => this.handle = handle;

    /// <summary>The file that MER_LANDMARKS names; null where it names none.</summary>
    public static string? NamedPath =>
        Environment.GetEnvironmentVariable("MER_LANDMARKS") is { Length: > 0 } named ? named : null;

    /// <summary>The model's file: <see cref="NamedPath"/>, else <see cref="DebianPath"/>.</summary>
    public static string DefaultPath => NamedPath ?? DebianPath;

    /// <summary>The native part, libmerdlib.so (native/dlib), or null where it is not built.</summary>
    public static string? NativePart => NativeFile.Find("libmerdlib.so");

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(LandmarkModel));

    /// <summary>Reads the model.</summary>
    /// <param name="path">The file; <see cref="DefaultPath"/> where null.</param>
    /// <exception cref="UserErrorException">
    /// The file is missing, is no 68-point model, or libmerdlib.so is not built.
    /// </exception>
    public static LandmarkModel Open(string? path = null)
    {
        path ??= DefaultPath;
        MustExist(path);
        var handle = DlibLibrary.OpenModel(path, out var error);
        if (handle == 0)
            throw new UserErrorException($"{path} is no dlib shape predictor " +
                $"({error.ReplaceLineEndings(" ").Trim()}); install libdlib-data again.");
        var model = new LandmarkModel(handle);
        if (DlibLibrary.Points(handle) is var points && points == 68) return model;
        model.Dispose();
        throw new UserErrorException(
            $"{path} places {points} points where 68 are needed; take shape_predictor_68_face_landmarks.dat.");
    }

    /// <summary>Reads the model for what it does not decide; null where that fails, and why.</summary>
    internal static LandmarkModel? TryOpen(out string? missing)
    {
        missing = null;
        try
        {
            return Open();
        }
        catch (UserErrorException e)
        {
            missing = e.Message;
            return null;
        }
    }

    /// <summary>Demands that the file is there and can be read.</summary>
    /// <exception cref="UserErrorException">It is not, or cannot.</exception>
    internal static void MustExist(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"The landmark model {path} is missing; install it (apt-get install " +
                "libdlib-data) or name the file in MER_LANDMARKS.");
        try
        {
            using var file = File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"The landmark model {path} cannot be read; allow reading it, or name " +
                "another file in MER_LANDMARKS.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref handle, 0) is var closing && closing != 0) DlibLibrary.CloseModel(closing);
    }
}

/// <summary>A face that was found in an image.</summary>
/// <param name="Points">
/// The 68 landmarks of the iBUG scheme in pixels of the image: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth
/// 48-67.
/// </param>
/// <param name="Box">The detector's rectangle in pixels.</param>
/// <param name="Faces">How many faces the image had; this one is the largest.</param>
public sealed record FaceLandmarks(ImmutableArray<Point2f> Points, Rect2d Box, int Faces);

/// <summary>
/// Finds the largest face of an image and its 68 landmarks. Not safe to share between threads; the model is.
/// </summary>
public sealed class FaceFinder : IDisposable
{
    // dlib's detector sees faces from 80 px on; a face that fills a third of the frame's height still has more than
    // that at this size.
    private const int ReducedSide = 240;

    private readonly LandmarkModel model;
    private nint detector;

    /// <summary>Creates a finder over a model, which stays the caller's.</summary>
    public FaceFinder(LandmarkModel model)
    {
        this.model = model;
        detector = DlibLibrary.OpenDetector();
        if (detector == 0) throw Failed();
    }

    /// <summary>
    /// Finds the face: on the image reduced so that its shorter side has 240 px, then, where that finds none, at full
    /// size.
    /// </summary>
    /// <param name="image">8-bit image with one or three (BGR) channels.</param>
    /// <returns>The largest face, or null where there is none.</returns>
    /// <exception cref="ArgumentException">The image is empty or of another type.</exception>
    public FaceLandmarks? Find(Mat image)
    {
        ObjectDisposedException.ThrowIf(detector == 0, this);
        ArgumentNullException.ThrowIfNull(image);
        // Not 'no face': nobody looked.
        if (image.Empty() || image.Depth() != MatType.CV_8U || image.Channels() is not (1 or 3))
            throw new ArgumentException($"The image is {(image.Empty() ? "empty" : image.Type().ToString())}; faces " +
                "are looked for in 8-bit images of one or three (BGR) channels.", nameof(image));
        using var grey = new Mat();
        if (image.Channels() == 1) image.CopyTo(grey);
        else Cv2.CvtColor(image, grey, ColorConversionCodes.BGR2GRAY);
        var scale = Math.Min(1.0, (double)ReducedSide / Math.Min(grey.Rows, grey.Cols));
        // A scale between a half and one saves little and blurs.
        var faces = scale < 0.75 ? Detect(grey, scale) : [];
        if (faces.Count == 0) faces = Detect(grey, 1);
        if (faces.Count == 0) return null;
        var box = faces.MaxBy(f => f.Width * f.Height);
        Span<float> xy = stackalloc float[136];
        if (DlibLibrary.Landmarks(model.Handle, grey.Data, grey.Rows, grey.Cols, (int)grey.Step(),
            [box.Left, box.Top, box.Right, box.Bottom], xy) < 0)
            throw Failed();
        var points = ImmutableArray.CreateBuilder<Point2f>(68);
        for (var i = 0; i < 68; i++) points.Add(new Point2f(xy[2 * i], xy[2 * i + 1]));
        return new FaceLandmarks(points.ToImmutable(), box, faces.Count);
    }

    // Not 'no face': such a clip would be left out, or cropped blindly and kept.
    private static UserErrorException Failed() => new(
        "dlib's face detector failed, most likely for want of memory; end other programs or use fewer --workers.");

    private List<Rect2d> Detect(Mat grey, double scale)
    {
        using var reduced = scale < 1 ? grey.Resize(default, scale, scale, InterpolationFlags.Area) : grey.Clone();
        Span<double> found = stackalloc double[5 * 16];
        var count = DlibLibrary.Detect(detector, reduced.Data, reduced.Rows, reduced.Cols, (int)reduced.Step(), found,
            found.Length / 5);
        if (count < 0) throw Failed();
        var faces = new List<Rect2d>();
        for (var i = 0; i < count; i++)
        {
            var f = found.Slice(5 * i, 4);
            faces.Add(new Rect2d(f[0] / scale, f[1] / scale, (f[2] - f[0]) / scale, (f[3] - f[1]) / scale));
        }
        return faces;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref detector, 0) is var closing && closing != 0) DlibLibrary.CloseDetector(closing);
    }
}
