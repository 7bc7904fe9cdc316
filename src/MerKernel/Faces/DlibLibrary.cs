namespace MerKernel.Faces;

/// <summary>The functions of libmerdlib.so (native/dlib), found when first used.</summary>
internal static unsafe class DlibLibrary
{
    private static readonly Lazy<nint> Handle = new(Load);

    public static nint OpenModel(string path, out string error)
    {
        Span<byte> message = stackalloc byte[512];
        var name = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            fixed (byte* m = message)
            {
                var model = ((delegate* unmanaged<byte*, byte*, int, nint>)Symbol("mer_dlib_model_open"))((byte*)name,
                    m, message.Length);
                error = model == 0 ? Marshal.PtrToStringUTF8((nint)m) ?? "" : "";
                return model;
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    public static int Points(nint model) => ((delegate* unmanaged<nint, int>)Symbol("mer_dlib_model_points"))(model);

    public static void CloseModel(nint model) =>
        ((delegate* unmanaged<nint, void>)Symbol("mer_dlib_model_close"))(model);

    public static nint OpenDetector() => ((delegate* unmanaged<nint>)Symbol("mer_dlib_detector_open"))();

    public static void CloseDetector(nint detector) =>
        ((delegate* unmanaged<nint, void>)Symbol("mer_dlib_detector_close"))(detector);

    public static int Detect(nint detector, nint grey, int rows, int columns, int stride, Span<double> faces)
    {
        fixed (double* f = faces)
            return ((delegate* unmanaged<nint, nint, int, int, int, double*, int, int>)Symbol("mer_dlib_detect"))(
                detector, grey, rows, columns, stride, f, faces.Length / 5);
    }

    public static int Landmarks(nint model, nint grey, int rows, int columns, int stride, ReadOnlySpan<double> face,
        Span<float> points)
    {
        fixed (double* f = face)
        fixed (float* p = points)
            return ((delegate* unmanaged<nint, nint, int, int, int, double*, float*, int>)Symbol("mer_dlib_landmarks"))(
                model, grey, rows, columns, stride, f, p);
    }

    private static nint Symbol(string name) => NativeLibrary.GetExport(Handle.Value, name);

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
