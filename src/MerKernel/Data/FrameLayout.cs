namespace MerKernel.Data;

/// <summary>A data set's files on disk: its folder, coding sheet and the folder of each clip.</summary>
public sealed class FrameLayout
{
    // Clips whose frames are looked at for the mark of a synthetic image.
    private const int MarkSamples = 8;

    private readonly Dictionary<string, ImmutableArray<string>> clips = [];
    private readonly FramesRoot frames;
    private readonly Lazy<ILookup<string, string>> videos;

    /// <summary>A folder below which clips lie, and how.</summary>
    private sealed record FramesRoot(string Path, FramePath Below);

    private FrameLayout(DatasetDescription description, string root, string folder, string sheet, FramesRoot frames,
        IEnumerable<string> notes)
    {
        (Description, Root, Folder, Sheet, Frames, this.frames) = (description, root, folder, sheet, frames.Path,
            frames);
        videos = new(Videos);
        Cropped = IsCropped(root, Frames);
        var said = notes.ToList();
        FindClips();
        Synthetic = File.Exists(Path.Combine(folder, SyntheticMark)) || File.Exists(Path.Combine(Frames, SyntheticMark))
            || HoldsSyntheticFrames();
        Notes = [.. said];
    }

    /// <summary>The file that marks a folder as synthetic.</summary>
    public const string SyntheticMark = "synthetic.json";

    /// <summary>The data set.</summary>
    public DatasetId Dataset => Description.Id;

    /// <summary>The data set's description.</summary>
    public DatasetDescription Description { get; }

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

    /// <summary>Choices among several sheets and folders, one message each.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>The folders of clips that are there, as <see cref="KeyOf(string)"/> names them.</summary>
    public IReadOnlyCollection<string> ClipIds => clips.Keys;

    /// <summary>
    /// Subject and folder of a clip in lower case; its <see cref="Clip.Id"/>, unless a folder holds several clips.
    /// </summary>
    public string KeyOf(string clip) => KeyOf(Description, clip);

    private static string KeyOf(DatasetDescription set, string clip) =>
        (set.SharesFolders && clip.LastIndexOf('_') is > 0 and var end && end > clip.IndexOf('/') ? clip[..end] : clip)
            .ToLowerInvariant();

    /// <summary>The folders of a clip: none, its own, or several of which nobody can tell which is meant.</summary>
    public ImmutableArray<string> FoldersOf(Clip clip) =>
        clips.TryGetValue(KeyOf(clip.Id), out var folders) ? folders : [];

    /// <summary>The folder of a clip, or null where it has none.</summary>
    public string? FolderOf(Clip clip) => FoldersOf(clip).FirstOrDefault();

    /// <summary>
    /// The emotion that a clip's folder lies in, where the set has a folder for each (MMEW, SMIC); null elsewhere.
    /// </summary>
    internal string? EmotionOf(string folder) => frames.Below.Folders.IndexOf("{emotion}") is >= 0 and var at
        ? Path.GetRelativePath(Frames, folder).Split(Path.DirectorySeparatorChar)[at] : null;

    /// <summary>A video named like a clip, below a folder of its subject; null where there is none.</summary>
    internal string? VideoOf(Clip clip) => videos.Value[clip.Name.ToLowerInvariant()].FirstOrDefault(v =>
        Path.GetRelativePath(Frames, v).Split(Path.DirectorySeparatorChar)[..^1]
            .Any(f => Description.SubjectOf(f) == clip.Subject)
        || Description.SubjectNamedIn(clip.Name) == clip.Subject);

    // Looked for once, and only where a clip has no folder.
    private ILookup<string, string> Videos() => Readable.Or<IEnumerable<string>>([], () => [.. Directory
            .EnumerateFiles(Frames, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true, MaxRecursionDepth = frames.Below.Folders.Length, IgnoreInaccessible = true
            })
            .Where(FrameFolder.IsVideo).Order(StringComparer.Ordinal)])
        .ToLookup(v => Description.NameOf(Path.GetFileNameWithoutExtension(v)).ToLowerInvariant());

    /// <summary>Finds a data set's files below its root.</summary>
    /// <exception cref="UserErrorException">
    /// The folder, the sheet or the frames are not there, or there are several and nothing tells which counts; the
    /// message says what was found.
    /// </exception>
    public static FrameLayout Find(DatasetSource source)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source.Root));
        if (!Directory.Exists(root))
            throw new UserErrorException($"There is no folder {root}; name the folder that holds CASME2/ and SAMM/.");
        var set = source.Description;
        var title = set.Title;
        var sets = SetFolders(root, set).DefaultIfEmpty(root).ToList();
        var all = source.FramesFolder is { } named
            ? FramesRoots(Existing(named), set, SearchDepth).Select(r => (Folder: sets[0], Root: r)).ToList()
            : sets.SelectMany(s => FramesRoots(s, set, SearchDepth)
                .Where(r => set.TakesFrames(Path.GetRelativePath(Path.GetDirectoryName(root) ?? root, r.Path)))
                .Select(r => (Folder: s, Root: r))).ToList();
        var roots = all.Where(r => source.FramesFolder is not null || source.Frames == FrameKind.Any
            || source.Frames == FrameKind.Cropped == IsCropped(root, r.Root.Path)).ToList();
        if (roots.Count == 0)
        {
            var expected = set.Id == DatasetId.CasmeII && source.Frames == FrameKind.Raw
                ? "CASME2/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg"
                : set.FrameExample;
            var (place, kind) = (source.FramesFolder ?? sets[0],
                source.Frames == FrameKind.Any ? "" : source.Frames.ToString().ToLowerInvariant() + " ");
            throw new UserErrorException(
                $"{place} holds no {kind}frames of {title}: found {Contents(place)}{Unreadable(place)}, expected " +
                $"frames like {expected}; {(set.Id == DatasetId.Own ? $"correct 'frames' in {OwnDataset.FileName}"
                    : $"name the folder that holds {(DatasetNames.Paper.Contains(set.Id) ? "CASME2/ and SAMM/"
                        : set.Folder + "/")}{OtherThan(set.Id)}")}.");
        }
        // Cropped frames count before raw ones; among several folders of one kind, the one with more of the sheet's
        // clips.
        if (roots.Any(r => IsCropped(root, r.Root.Path))) roots.RemoveAll(r => !IsCropped(root, r.Root.Path));
        var notes = new List<string>();
        var sheet = source.Sheet is { } file
            ? file
            : SheetFinder.Find(root, [.. roots.Select(r => r.Folder).Concat(sets).Distinct()], set, notes);
        var chosen = roots.Count == 1 ? roots[0] : Fullest(roots, sheet, set);
        foreach (var (_, other) in all.Where(r => r.Root != chosen.Root))
            notes.Add($"frames of {title} are in {other.Path} too, which is not read; {chosen.Root.Path} is "
                + $"(another choice: --frames {(IsCropped(root, other.Path) == IsCropped(root, chosen.Root.Path)
                    ? other.Path
                    : IsCropped(root, other.Path) ? "cropped"
                    : "raw")})");
        return new FrameLayout(set, root, chosen.Folder, sheet, chosen.Root, notes);

        // The paper's two are looked for unasked.
        string OtherThan(DatasetId id)
        {
            if (!DatasetNames.Paper.Contains(id) || source.FramesFolder is not null || source.Frames != FrameKind.Any)
                return "";
            return string.Concat(DatasetNames.WithFiles.Except(DatasetNames.Paper).Where(Holds).Take(1)
                .Select(other => $", or take {other.Title()}, which is there, with --dataset {other.Key()}"));
        }

        bool Holds(DatasetId other)
        {
            try
            {
                return Readable.Or(false, () => IsThere(new(root, other)));
            }
            catch (UserErrorException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Whether a root holds anything of a data set, sound or not: a folder of its name that is not empty, or frames.
    /// </summary>
    public static bool IsThere(DatasetSource source)
    {
        if (!Directory.Exists(source.Root)) return false;
        if (source.Id == DatasetId.Own) return OwnDataset.IsIn(source.Root);
        var set = source.Description;
        // SMIC's cameras and the parts of CAS(ME)^3 share a folder, in which names tell whose an entry is.
        return SetFolders(source.Root, set)
            .Any(f => Entries(f).Any(e => set.TakesFrames(Path.Combine(Path.GetFileName(f), e.Name))))
            || FramesRoots(source.Root, set, SearchDepth)
                .Any(r => set.TakesFrames(Path.GetRelativePath(source.Root, r.Path)));
    }

    /// <summary>
    /// A subject as the data set writes it, of a text such as '1', '01', 'sub01' or 's1'; null where it is none.
    /// </summary>
    public static string? SubjectOf(string text, DatasetId dataset) =>
        DatasetDescription.TryOf(dataset) is { } set
            ? set.SubjectOf(text)
            : PlainText.Name(text) is { Length: > 0 } plain ? plain
            : null;

    // Folders between a set's own and the subjects'.
    private const int SearchDepth = 3;

    private static IEnumerable<string> SetFolders(string root, DatasetDescription set) => set.Id == DatasetId.Own
        ? [OwnDataset.FolderIn(root)]
        : Below(root).Where(d => set.Folders.IsMatch(Path.GetFileName(d)));

    /// <summary>
    /// Whether frames are cropped, by the lowest folder whose name says so or the opposite ('raw', 'uncropped'); the
    /// folders above the data's say nothing of them. Of frames that lie elsewhere, the last three names count.
    /// </summary>
    private static bool IsCropped(string root, string path)
    {
        var below = Path.GetRelativePath(root, path);
        var names = below == "." ? [Path.GetFileName(path)]
            : below.Split(Path.DirectorySeparatorChar).Where(n => n is not (".." or "")).ToArray();
        if (below.StartsWith("..", StringComparison.Ordinal)) names = names[^Math.Min(3, names.Length)..];
        return names.LastOrDefault(n => CropWord.IsMatch(n)) is { } said && CropWord.Match(said).Groups[1].Success;
    }

    private static readonly Regex CropWord = new(
        @"(?:un|no[nt]?[\s_-]?)crop|(?<![A-Za-z])raw|(crop)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static string Existing(string folder) => Directory.Exists(folder)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
        : throw new UserErrorException($"There is no folder {folder}; name the one that holds the subjects' folders.");

    // Folders below which clips lie as the set's frames do; a synthetic set below a real one is not part of it.
    private static IEnumerable<FramesRoot> FramesRoots(string folder, DatasetDescription set, int depth)
    {
        // A user's own clips may have any name, so that only frames tell their folders.
        bool IsClip(string clip, FramePath path) => set.Id == DatasetId.Own
            ? IsReadable(clip) && Directory.EnumerateFiles(clip).Any(FrameFolder.IsFrame)
            : path != FramePath.SubjectClip || set.Clips.IsMatch(Path.GetFileName(clip));
        if (set.Frames.FirstOrDefault(path => path.Walk(folder, set, Below).Any(c => IsClip(c.Path, path)))
            is { } below)
            return [new(folder, below)];
        return depth == 0 ? [] : Below(folder).Where(d => !File.Exists(Path.Combine(d, SyntheticMark)))
            .SelectMany(d => FramesRoots(d, set, depth - 1));
    }

    private static (string Folder, FramesRoot Root) Fullest(List<(string Folder, FramesRoot Root)> roots, string sheet,
        DatasetDescription set)
    {
        var clips = CodingSheet.Read(sheet, asked: set).Clips.Select(c => KeyOf(set, c.Id)).ToHashSet();
        var counted = roots.Select(r =>
            (Root: r, Clips: Folders(r.Root, set).Select(f => f.Key).Distinct().Count(clips.Contains)))
            .OrderByDescending(r => r.Clips).ToList();
        return counted[0].Clips > counted[1].Clips ? counted[0].Root : throw new UserErrorException(
            $"{counted[0].Root.Root.Path} and {counted[1].Root.Root.Path} both hold {counted[0].Clips} clips of " +
            $"{Path.GetFileName(sheet)}; say which counts with --frames FOLDER, or take one away.");
    }

    private static IEnumerable<(string Key, string Path)> Folders(FramesRoot frames, DatasetDescription set) =>
        frames.Below.Walk(frames.Path, set, Below).Select(c => ($"{c.Subject}/{c.Clip}".ToLowerInvariant(), c.Path));

    private void FindClips()
    {
        foreach (var (key, path) in Folders(frames, Description))
            clips[key] = clips.TryGetValue(key, out var others) ? others.Add(path) : [path];
        if (Below(Frames).FirstOrDefault(s => Description.SubjectOf(Path.GetFileName(s)) is not null && !IsReadable(s))
            is { } locked)
            throw new UserErrorException($"{locked} may not be read, and its clips would pass for absent; allow it, " +
                "for example with chmod -R u+rX, and call again.");
    }

    private static string Unreadable(string place) => Below(place).Where(f => !IsReadable(f)).Take(3).ToList() is
    { Count: > 0 } locked ? $" ({string.Join(", ", locked.Select(Path.GetFileName))} may not be read)" : "";

    private bool HoldsSyntheticFrames()
    {
        var all = clips.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value[0]).ToList();
        return Enumerable.Range(0, Math.Min(MarkSamples, all.Count))
            .Select(i => all[i * all.Count / Math.Min(MarkSamples, all.Count)])
            .Any(folder => IsReadable(folder)
                && Directory.EnumerateFiles(folder).Where(FrameFolder.IsFrame).Min(StringComparer.Ordinal) is { } frame
                && FrameImage.IsMarkedSynthetic(frame));
    }

    // In a fixed order, which a file system has not; without the extra folders of Mac archives. An unreadable folder
    // has nothing below it.
    private static string[] Below(string folder) => [.. Entries(folder).OfType<DirectoryInfo>().Select(d => d.FullName)
        .Where(d => Path.GetFileName(d) is not "__MACOSX" and var name && !name.StartsWith('.'))
        .Order(StringComparer.Ordinal)];

    private static FileSystemInfo[] Entries(string folder) =>
        Readable.Or<FileSystemInfo[]>([], () => new DirectoryInfo(folder).GetFileSystemInfos());

    private static bool IsReadable(string folder) => Readable.Or(false, () =>
    {
        _ = Directory.EnumerateFileSystemEntries(folder).FirstOrDefault();
        return true;
    });

    internal static string Contents(string folder)
    {
        if (!IsReadable(folder)) return "a folder that may not be read";
        var names = Entries(folder).Select(e => e.Name).Order(StringComparer.Ordinal).ToArray();
        return names.Length == 0
            ? "an empty folder"
            : string.Join(", ", names.Take(6)) + (names.Length > 6 ? $" and {names.Length - 6} more" : "");
    }
}
