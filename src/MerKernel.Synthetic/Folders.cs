namespace MerKernel.Synthetic;

/// <summary>Folders that appear whole or not at all.</summary>
static class Folders
{
    /// <summary>
    /// Fills a new folder under a temporary name, then renames it, unless another process has put the same there meanwhile; a null folder is passed through.
    /// </summary>
    public static void Fill(string? folder, Action<string?> fill)
    {
        if (folder is null)
        {
            fill(null);
            return;
        }
        var temporary = TemporaryName.For(Path.Combine(Path.GetDirectoryName(folder)!, $".{Path.GetFileName(folder)}"));
        FaultPoint.Reach("create", folder);
        Directory.CreateDirectory(temporary);
        try
        {
            fill(temporary);
            FaultPoint.Reach("rename", folder);
            Move(temporary, folder);
            FaultPoint.Reach("renamed", folder);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    static void Move(string temporary, string folder)
    {
        try
        {
            if (!Directory.Exists(folder)) Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(folder)) { /* Another process was quicker. */ }
    }
}
