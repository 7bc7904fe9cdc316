using System.Globalization;
using System.Text.RegularExpressions;

namespace MerKernel.Data;

/// <summary>A data set's files on disk: its folder, coding sheet and the folder of each clip.</summary>
public sealed partial class FrameLayout
{
    // Clips whose frames are looked at for the mark of a synthetic image.
    private const int MarkSamples = 8;

    private readonly Dictionary<string, ImmutableArray<string>> clips = [];

    private FrameLayout(DatasetId dataset, string root, string folder, string sheet, string frames, IEnumerable<string> notes)
    {
        (Dataset, Root, Folder, Sheet, Frames) = (dataset, root, folder, sheet, frames);
        Cropped = IsCropped(frames);
        var said = notes.ToList();
        FindClips(said);
        Synthetic = File.Exists(Path.Combine(folder, SyntheticMark)) || File.Exists(Path.Combine(frames, SyntheticMark)) || HoldsSyntheticFrames();
        Notes = [.. said];
    }

    /// <summary>The file that marks a folder as synthetic.</summary>
    public const string SyntheticMark = "synthetic.json";

    /// <summary>The data set.</summary>
    public DatasetId Dataset { get; }

    /// <summary>The folder that was searched.</summary>
    public string Root { get; }

    /// <summary>The data set's own folder.</summary>
    public string Folder { get; }

    /// <summary>Path of the coding sheet.</summary>
    public string Sheet { get; }

    /// <summary>The folder that holds the subjects' folders.</summary>
    public string Frames { get; }

    /// <summary>True where the frames were cropped by the data set's authors.</summary>
    public bool Cropped { get; }

    /// <summary>True for synthetic data, which a file in the folder or the frames themselves say.</summary>
    public bool Synthetic { get; }

    /// <summary>What was chosen among several sheets and folders, and what cannot be read; one sentence each.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>The clips that have a folder, as <see cref="Clip.Id"/> in lower case.</summary>
    public IReadOnlyCollection<string> ClipIds => clips.Keys;

    /// <summary>The folders of a clip: none, its own, or several of which nobody can tell which is meant.</summary>
    public ImmutableArray<string> FoldersOf(Clip clip) => clips.TryGetValue(clip.Id.ToLowerInvariant(), out var folders) ? folders : [];

    /// <summary>The folder of a clip, or null where it has none.</summary>
    public string? FolderOf(Clip clip) => FoldersOf(clip).FirstOrDefault();

    /// <summary>Finds a data set's files below its root.</summary>
    /// <exception cref="UserErrorException">The folder, the sheet or the frames are not there, or there are several and nothing tells which counts; the message says what was found.</exception>
    public static FrameLayout Find(DatasetSource source)
    {
        var root = Path.GetFullPath(source.Root);
        var title = source.Id.Title();
        if (!Directory.Exists(root)) throw new UserErrorException($"There is no folder {root}; name the folder that holds CASME2/ and SAMM/.");
        var sets = SetFolders(root, source.Id).DefaultIfEmpty(root).ToList();
        var all = source.FramesFolder is { } named ? FramesRoots(Existing(named), source.Id, 3).Select(r => (Folder: sets[0], Root: r)).ToList()
            : sets.SelectMany(s => FramesRoots(s, source.Id, 3).Select(r => (Folder: s, Root: r))).ToList();
        var roots = all.Where(r => source.FramesFolder is not null || source.Frames == FrameKind.Any || source.Frames == FrameKind.Cropped == IsCropped(r.Root)).ToList();
        if (roots.Count == 0)
        {
            var expected = source.Id == DatasetId.Samm ? "SAMM/006/006_1_2/006_05562.jpg"
                : source.Frames == FrameKind.Raw ? "CASME2/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg" : "CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg";
            var (place, kind) = (source.FramesFolder ?? sets[0], source.Frames == FrameKind.Any ? "" : source.Frames.ToString().ToLowerInvariant() + " ");
            throw new UserErrorException(
                $"{place} holds no {kind}frames of {title}: found {Contents(place)}, expected frames like {expected}; name the folder that holds CASME2/ and SAMM/.");
        }
        // Cropped frames count before raw ones; among several folders of one kind, the one with more of the sheet's clips.
        if (roots.Any(r => IsCropped(r.Root))) roots.RemoveAll(r => !IsCropped(r.Root));
        var notes = new List<string>();
        var sheet = source.Sheet is { } file ? file : SheetFinder.Find(root, [.. roots.Select(r => r.Folder).Concat(sets).Distinct()], source.Id, notes);
        var chosen = roots.Count == 1 ? roots[0] : Fullest(roots, sheet, source.Id);
        foreach (var (_, other) in all.Where(r => r.Root != chosen.Root))
            notes.Add($"frames of {title} are in {other} too, which is not read; {chosen.Root} is "
                + $"(another choice: --frames {(IsCropped(other) == IsCropped(chosen.Root) ? other : IsCropped(other) ? "cropped" : "raw")})");
        return new FrameLayout(source.Id, root, chosen.Folder, sheet, chosen.Root, notes);
    }

    /// <summary>Whether a root holds anything of a data set, sound or not: a folder of its name that is not empty, or frames.</summary>
    public static bool IsThere(DatasetSource source) => Directory.Exists(source.Root)
        && (SetFolders(source.Root, source.Id).Any(f => Entries(f).Length > 0) || FramesRoots(source.Root, source.Id, 3).Any());

    /// <summary>A subject's number as the data set pads it, of a text such as '1', '01', 'sub01' or 's1'; null where it is none.</summary>
    public static string? SubjectOf(string text, DatasetId dataset) => SubjectFolder().Match(PlainText.Of(text)) is { Success: true } match
        ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture).ToString(dataset == DatasetId.Samm ? "D3" : "D2", CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^(?:sub|s)?0*([0-9]{1,3})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SubjectFolder();

    [GeneratedRegex(@"^casme[\s_-]*(?:2|ii)(?![0-9i])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CasmeFolder();

    private static IEnumerable<string> SetFolders(string root, DatasetId dataset) => Below(root).Where(d => IsSetName(Path.GetFileName(d), dataset));

    private static bool IsSetName(string name, DatasetId dataset) => dataset == DatasetId.Samm
        ? name.StartsWith("SAMM", StringComparison.OrdinalIgnoreCase)
        // CASME2_RAW_selected is a folder of frames, not of a data set.
        : CasmeFolder().IsMatch(name) && !name.Contains("raw", StringComparison.OrdinalIgnoreCase) && !IsCropped(name);

    private static bool IsClipName(string name, DatasetId dataset) => dataset == DatasetId.Samm
        ? name.Length > 4 && name[..3].All(char.IsAsciiDigit) && name[3] == '_'
        : name.StartsWith("EP", StringComparison.OrdinalIgnoreCase);

    private static bool IsCropped(string path) => Path.GetFileName(path).Contains("crop", StringComparison.OrdinalIgnoreCase);

    private static string Existing(string folder) => Directory.Exists(folder) ? Path.GetFullPath(folder) : throw new UserErrorException($"There is no folder {folder}; name the one that holds the subjects' folders.");

    // Folders whose subfolders are subjects that hold clips; a synthetic set below a real one is not part of it.
    private static IEnumerable<string> FramesRoots(string folder, DatasetId dataset, int depth)
    {
        var below = Below(folder);
        if (below.Any(s => SubjectOf(Path.GetFileName(s), dataset) is not null && Below(s).Any(c => IsClipName(Path.GetFileName(c), dataset))))
            return [folder];
        return depth == 0 ? [] : below.Where(d => !File.Exists(Path.Combine(d, SyntheticMark))).SelectMany(d => FramesRoots(d, dataset, depth - 1));
    }

    private static (string Folder, string Root) Fullest(List<(string Folder, string Root)> roots, string sheet, DatasetId dataset)
    {
        var clips = CodingSheet.Read(sheet).Clips.Select(c => c.Id.ToLowerInvariant()).ToHashSet();
        var counted = roots.Select(r => (Root: r, Clips: Folders(r.Root, dataset).Select(f => f.Id).Distinct().Count(clips.Contains))).OrderByDescending(r => r.Clips).ToList();
        return counted[0].Clips > counted[1].Clips ? counted[0].Root : throw new UserErrorException(
            $"{counted[0].Root.Root} and {counted[1].Root.Root} both hold {counted[0].Clips} clips of {Path.GetFileName(sheet)}; say which counts with --frames FOLDER, or take one away.");
    }

    private static IEnumerable<(string Id, string Path)> Folders(string frames, DatasetId dataset) =>
        from subject in Below(frames)
        let number = SubjectOf(Path.GetFileName(subject), dataset)
        where number is not null
        from clip in Below(subject)
        select ($"{number}/{Path.GetFileName(clip)}".ToLowerInvariant(), clip);

    private void FindClips(List<string> notes)
    {
        foreach (var (id, path) in Folders(Frames, Dataset)) clips[id] = clips.TryGetValue(id, out var others) ? others.Add(path) : [path];
        notes.AddRange(Below(Frames).Where(s => SubjectOf(Path.GetFileName(s), Dataset) is not null && !IsReadable(s)).Select(s => $"{s} cannot be read, so its clips have no frames; allow reading it"));
    }

    private bool HoldsSyntheticFrames()
    {
        var all = clips.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value[0]).ToList();
        return Enumerable.Range(0, Math.Min(MarkSamples, all.Count)).Select(i => all[i * all.Count / Math.Min(MarkSamples, all.Count)])
            .Any(folder => IsReadable(folder) && Directory.EnumerateFiles(folder).Where(FrameFolder.IsFrame).Min(StringComparer.Ordinal) is { } frame && FrameImage.IsMarkedSynthetic(frame));
    }

    // In a fixed order, which a file system has not; without what archives of a Mac bring along. What cannot be read has nothing below it.
    private static string[] Below(string folder) => [.. Entries(folder).OfType<DirectoryInfo>().Select(d => d.FullName)
        .Where(d => Path.GetFileName(d) is not "__MACOSX" and var name && !name.StartsWith('.')).Order(StringComparer.Ordinal)];

    private static FileSystemInfo[] Entries(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsReadable(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).FirstOrDefault();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal static string Contents(string folder)
    {
        if (!IsReadable(folder)) return "a folder that may not be read";
        var names = Entries(folder).Select(e => e.Name).Order(StringComparer.Ordinal).ToArray();
        return names.Length == 0 ? "an empty folder" : string.Join(", ", names.Take(6)) + (names.Length > 6 ? $" and {names.Length - 6} more" : "");
    }
}
