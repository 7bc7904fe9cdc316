namespace MerKernel.Data;

/// <summary>The frames of one clip's folder by number.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Files">Frame number to file, in numeric order.</param>
/// <param name="Stray">Names of files that are no frames of the clip.</param>
public sealed partial record FrameFolder(string Path, ImmutableSortedDictionary<int, FileInfo> Files,
    ImmutableArray<string> Stray)
{
    // reg_img46.jpg (CASME II cropped), img46.jpg (raw), 006_05562.jpg (SAMM), reg_image559740.bmp (SMIC); plain
    // numbers are MMEW's, CAS(ME)^3's and re-exports'.
    [GeneratedRegex(@"^(?:(?:reg_)?(?:img|image)|[0-9]{3}_)?([0-9]{1,9})\.(?:jpe?g|png|bmp)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FrameName();

    /// <summary>
    /// Numbers that two files have (img7.jpg and reg_img7.jpg, img7.jpg and img007.jpg): the first in name order is
    /// among <see cref="Files"/>, and nothing tells whether it is the frame.
    /// </summary>
    internal ImmutableArray<(int Number, string Taken, string Other)> Doubled { get; init; } = [];

    /// <summary>Whether a file is named like a frame.</summary>
    public static bool IsFrame(string file) => FrameName().IsMatch(System.IO.Path.GetFileName(file));

    /// <summary>Why a folder without frames has none: what it holds instead.</summary>
    internal string Lack
    {
        get
        {
            if (Stray.FirstOrDefault(IsVideo) is { } video)
                return $"{Path} holds the video {video} and no frames; " +
                    MakeFrames(System.IO.Path.Combine(Path, video), Path);
            const string read = "frames are named like img46.jpg, reg_img46.jpg, 006_05562.jpg or 46.png";
            return Stray.FirstOrDefault(s => !s.StartsWith('.')) is { } other
                ? $"{Path} holds no frames: {Stray.Length} files such as {other}, while {read}; rename them"
                : $"{Path} holds no frames; {read}";
        }
    }

    /// <summary>Whether a file is named like a video.</summary>
    internal static bool IsVideo(string file) => System.IO.Path.GetExtension(file).ToLowerInvariant()
        is ".avi" or ".mp4" or ".mov" or ".mkv" or ".mpg" or ".mpeg" or ".wmv" or ".webm" or ".m4v";

    /// <summary>The command that makes a clip's frames of a video.</summary>
    internal static string MakeFrames(string video, string folder) => $"make frames of it, and check that the sheet " +
        $"counts from 1 as they do: mkdir -p {Shell.Word(folder)} && ffmpeg -i {Shell.Word(video)} " +
        Shell.Word(System.IO.Path.Combine(folder, "img%d.png"));

    /// <summary>Lists a folder.</summary>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public static FrameFolder Read(string path)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<int, FileInfo>();
        var names = new Dictionary<int, string>();
        var stray = ImmutableArray.CreateBuilder<string>();
        var doubled = ImmutableArray.CreateBuilder<(int, string, string)>();
        foreach (var file in new DirectoryInfo(path).EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var match = FrameName().Match(file.Name);
            // A link that leads nowhere is no frame.
            if (!match.Success || Target(file) is not { } target)
            {
                stray.Add(file.Name);
                continue;
            }
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (names.TryAdd(number, file.Name)) files.Add(number, target);
            else doubled.Add((number, names[number], file.Name));
        }
        return new FrameFolder(path, files.ToImmutable(), stray.ToImmutable()) { Doubled = doubled.ToImmutable() };
    }

    // Length and time must be those of the contents, or a changed frame would pass for the cached one.
    private static FileInfo? Target(FileInfo file)
    {
        if (!file.Attributes.HasFlag(FileAttributes.ReparsePoint)) return file;
        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target : null;
    }
}

/// <summary>
/// How long a stranger's file is, before it is opened: a link to a device or a pipe has no length and no end.
/// </summary>
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
