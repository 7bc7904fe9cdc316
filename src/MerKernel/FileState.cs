namespace MerKernel;

/// <summary>What Linux knows of a file and .NET does not tell.</summary>
static partial class FileState
{
    private const int Here = -100, Type = 0xF000, Regular = 0x8000;
    private const uint BasicStats = 0x7FF;

    /// <summary>
    /// When name, permissions or contents of a file last changed, in nanoseconds; no program can set it. 0 where it is
    /// not known.
    /// </summary>
    public static long Changed(string path) => Read(path) is { } stat
        ? BitConverter.ToInt64(stat, 96) * 1_000_000_000 + BitConverter.ToUInt32(stat, 104) : 0;

    /// <summary>Refuses a device or a pipe, which has no end, or none that comes twice.</summary>
    /// <exception cref="UserErrorException">It is one, or a link to one.</exception>
    public static void DemandFile(string path)
    {
        if (!Directory.Exists(path) && Read(path) is { } stat && (BitConverter.ToUInt16(stat, 28) & Type) != Regular)
            throw new UserErrorException($"{path} is a device or a pipe; write its data to a file, and name that.");
    }

    private static byte[]? Read(string path)
    {
        // struct statx, the same on every processor.
        var stat = new byte[256];
        try
        {
            return Statx(Here, path, 0, BasicStats, stat) == 0 ? stat : null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] result);
}
