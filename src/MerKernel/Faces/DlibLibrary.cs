namespace MerKernel.Faces;

/// <summary>The functions of libmerdlib.so (native/dlib), found when first used.</summary>
internal static partial class DlibLibrary
{
    private const string Name = "merdlib";

    static DlibLibrary() => NativeLibrary.SetDllImportResolver(typeof(DlibLibrary).Assembly,
        (name, _, _) => name == Name ? Load() : 0);

    public static nint OpenModel(string path, out string error)
    {
        Span<byte> message = stackalloc byte[512];
        var model = OpenModel(path, message, message.Length);
        error = model == 0 ? Encoding.UTF8.GetString(message[..Math.Max(0, message.IndexOf((byte)0))]) : "";
        return model;
    }

    [LibraryImport(Name, EntryPoint = "mer_dlib_model_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenModel(string path, Span<byte> error, int capacity);

    [LibraryImport(Name, EntryPoint = "mer_dlib_model_points")]
    public static partial int Points(nint model);

    [LibraryImport(Name, EntryPoint = "mer_dlib_model_close")]
    public static partial void CloseModel(nint model);

    [LibraryImport(Name, EntryPoint = "mer_dlib_detector_open")]
    public static partial nint OpenDetector();

    [LibraryImport(Name, EntryPoint = "mer_dlib_detector_close")]
    public static partial void CloseDetector(nint detector);

    /// <param name="detector">The detector.</param>
    /// <param name="grey">Pixels, 8 bits each.</param>
    /// <param name="rows">Height.</param>
    /// <param name="columns">Width.</param>
    /// <param name="stride">Bytes of a row.</param>
    /// <param name="faces">Receives left, top, right, bottom and score of each.</param>
    /// <param name="capacity">Faces that have room.</param>
    /// <returns>How many were found; -1 where dlib failed.</returns>
    [LibraryImport(Name, EntryPoint = "mer_dlib_detect")]
    public static partial int Detect(nint detector, nint grey, int rows, int columns, int stride, Span<double> faces,
        int capacity);

    [LibraryImport(Name, EntryPoint = "mer_dlib_landmarks")]
    public static partial int Landmarks(nint model, nint grey, int rows, int columns, int stride,
        ReadOnlySpan<double> face, Span<float> points);

    private static nint Load()
    {
        var path = LandmarkModel.NativePart
            ?? throw new UserErrorException("Face alignment needs libmerdlib.so, which is not built; run " +
                "native/dlib/build.sh (./mer does it), or name its folder in MER_NATIVE.");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new UserErrorException($"{path} cannot be loaded; install dlib (apt-get install libdlib-dev " +
                "libdlib-data), delete the file and run native/dlib/build.sh again.", e);
        }
    }
}
