namespace MerKernel.Data;

/// <summary>How long a stranger's file is, before it is opened: a link to a device or a pipe has no length and no end.</summary>
static class FileLength
{
    /// <summary>Bytes of the file that a path leads to, over links.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static long Of(string path)
    {
        var file = new FileInfo(path);
        return ((FileInfo)(file.ResolveLinkTarget(returnFinalTarget: true) ?? file)).Length;
    }
}
