using System.Globalization;
using System.Text.RegularExpressions;

namespace MerKernel.Data;

/// <summary>The frames of one clip's folder by number.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Files">Frame number to file, in numeric order.</param>
/// <param name="Stray">Names of files that are no frames of the clip.</param>
public sealed partial record FrameFolder(string Path, ImmutableSortedDictionary<int, FileInfo> Files, ImmutableArray<string> Stray)
{
    // reg_img46.jpg (CASME II cropped), img46.jpg (raw), 006_05562.jpg (SAMM); plain numbers come from re-exports.
    [GeneratedRegex(@"^(?:reg_img|img|\d{3}_)?(\d{1,9})\.(?:jpe?g|png|bmp|tiff?)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FrameName();

    /// <summary>Lists a folder.</summary>
    public static FrameFolder Read(string path)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<int, FileInfo>();
        var stray = ImmutableArray.CreateBuilder<string>();
        foreach (var file in new DirectoryInfo(path).EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var match = FrameName().Match(file.Name);
            // Two files with one number (img7.jpg, img007.jpg): the first in name order counts, the other is named.
            if (!match.Success || !Add(files, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), file)) stray.Add(file.Name);
        }
        return new FrameFolder(path, files.ToImmutable(), stray.ToImmutable());
    }

    private static bool Add(ImmutableSortedDictionary<int, FileInfo>.Builder files, int number, FileInfo file)
    {
        if (files.ContainsKey(number)) return false;
        files.Add(number, file);
        return true;
    }
}
