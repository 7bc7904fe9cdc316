namespace MerKernel.Faces;

/// <summary>dlib's 68-point shape predictor; read once (1 to 3 s), shared by all threads.</summary>
public sealed class LandmarkModel : IDisposable
{
    /// <summary>Where Debian's libdlib-data puts the model.</summary>
    public const string DebianPath = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

    private nint handle;

    private LandmarkModel(nint handle) => this.handle = handle;

    /// <summary>The model's file: MER_LANDMARKS, else <see cref="DebianPath"/>.</summary>
    public static string DefaultPath =>
        Environment.GetEnvironmentVariable("MER_LANDMARKS") is { Length: > 0 } named ? named : DebianPath;

    /// <summary>The native part, libmerdlib.so (native/dlib), or null where it is not built.</summary>
    public static string? NativePart => NativeFile.Find("libmerdlib.so");

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(LandmarkModel));

    /// <summary>Reads the model.</summary>
    /// <param name="path">The file; <see cref="DefaultPath"/> where null.</param>
    /// <exception cref="UserErrorException">The file is missing, is no 68-point model, or libmerdlib.so is not built.</exception>
    public static LandmarkModel Open(string? path = null)
    {
        path ??= DefaultPath;
        if (!File.Exists(path))
            throw new UserErrorException($"The landmark model {path} is missing; install it (apt-get install libdlib-data) or name the file in MER_LANDMARKS.");
        var handle = DlibLibrary.OpenModel(path, out var error);
        if (handle == 0) throw new UserErrorException($"{path} is no dlib shape predictor ({error.ReplaceLineEndings(" ").Trim()}); install libdlib-data again.");
        var model = new LandmarkModel(handle);
        if (DlibLibrary.Points(handle) is var points && points == 68) return model;
        model.Dispose();
        throw new UserErrorException($"{path} places {points} points where 68 are needed; take shape_predictor_68_face_landmarks.dat.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref handle, 0) is var closing && closing != 0) DlibLibrary.CloseModel(closing);
    }
}
