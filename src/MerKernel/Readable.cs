namespace MerKernel;

/// <summary>SHA-256, hexadecimal.</summary>
static class Sha
{
    /// <summary>The hash of a text.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>Files that may be missing.</summary>
static class Readable
{
    /// <summary>The result of a read, or another where the file is not there or may not be read.</summary>
    public static T Or<T>(T otherwise, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
