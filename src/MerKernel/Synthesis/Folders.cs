namespace MerKernel.Synthesis;

/// <summary>Folders that appear whole or not at all.</summary>
static class Folders
{
    /// <summary>Fills a new folder under a temporary name, then renames it over what stood there; a null folder is passed through.</summary>
    public static void Fill(string? folder, Action<string?> fill)
    {
        if (folder is null)
        {
            fill(null);
            return;
        }
        var parent = Path.GetDirectoryName(folder)!;
        var temporary = Path.Combine(parent, $".{Path.GetFileName(folder)}.partial");
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        fill(temporary);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(temporary, folder);
    }
}
