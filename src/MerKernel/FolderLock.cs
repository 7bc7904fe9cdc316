namespace MerKernel;

/// <summary>
/// Keeps other processes, and other threads, from changing a file between reading and writing it. The folder itself is
/// locked, so that nothing is left in it; where a file system locks no folders, as NFS does not, none is taken.
/// </summary>
sealed partial class FolderLock : IDisposable
{
    private const int Exclusive = 2, CloseOnExec = 0x80000;

    private readonly int _handle;

    /// <summary>Waits until nobody else holds the lock of a folder.</summary>
    public FolderLock(string folder)
    {
        _handle = Open(folder, CloseOnExec);
        if (_handle >= 0) _ = Lock(_handle, Exclusive);
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        if (_handle >= 0) _ = Close(_handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(int handle, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
