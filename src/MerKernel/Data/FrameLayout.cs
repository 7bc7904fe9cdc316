using System.Globalization;
using System.Text.RegularExpressions;

namespace MerKernel.Data;

/// <summary>A data set's files on disk: its folder, coding sheet and the folder of each clip.</summary>
public sealed partial class FrameLayout
{
    private readonly Dictionary<string, string> clips;

    private FrameLayout(DatasetId dataset, string folder, string sheet, string frames, Dictionary<string, string> clips)
    {
        (Dataset, Folder, Sheet, Frames, this.clips) = (dataset, folder, sheet, frames, clips);
        Cropped = IsCropped(frames);
        Synthetic = File.Exists(Path.Combine(folder, SyntheticMark)) || File.Exists(Path.Combine(frames, SyntheticMark));
    }

    /// <summary>The file that marks a folder as a synthetic look-alike.</summary>
    public const string SyntheticMark = "synthetic.json";

    /// <summary>The data set.</summary>
    public DatasetId Dataset { get; }

    /// <summary>The data set's own folder.</summary>
    public string Folder { get; }

    /// <summary>Path of the coding sheet.</summary>
    public string Sheet { get; }

    /// <summary>The folder that holds the subjects' folders.</summary>
    public string Frames { get; }

    /// <summary>True where the frames were cropped by the data set's authors.</summary>
    public bool Cropped { get; }

    /// <summary>True for look-alikes.</summary>
    public bool Synthetic { get; }

    /// <summary>The clips that have a folder, as <see cref="Clip.Id"/> in lower case.</summary>
    public IReadOnlyCollection<string> ClipIds => clips.Keys;

    /// <summary>The folder of a clip, or null where it has none.</summary>
    public string? FolderOf(Clip clip) => clips.GetValueOrDefault(clip.Id.ToLowerInvariant());

    /// <summary>Finds a data set's files below its root.</summary>
    /// <exception cref="UserErrorException">The folder, the sheet or the frames are not there; the sentence says what was found instead.</exception>
    public static FrameLayout Find(DatasetSource source)
    {
        var root = Path.GetFullPath(source.Root);
        var title = source.Id.Title();
        if (!Directory.Exists(root)) throw new UserErrorException($"There is no folder {root}; name the folder that holds CASME2/ and SAMM/.");
        var folder = Directory.EnumerateDirectories(root).Where(d => IsSetName(Path.GetFileName(d), source.Id)).Order(StringComparer.Ordinal).FirstOrDefault() ?? root;
        var roots = FramesRoots(folder, source.Id, 3).Where(r => source.Frames switch
        {
            FrameKind.Cropped => IsCropped(r),
            FrameKind.Raw => !IsCropped(r),
            _ => true,
        }).OrderByDescending(IsCropped).ToArray();
        if (roots.Length == 0)
        {
            var expected = source.Id == DatasetId.Samm ? "SAMM/006/006_1_2/006_05562.jpg"
                : source.Frames == FrameKind.Raw ? "CASME2/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg" : "CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg";
            throw new UserErrorException($"{folder} holds no {(source.Frames == FrameKind.Any ? "" : source.Frames.ToString().ToLowerInvariant() + " ")}frames of {title}: found {Contents(folder)}, expected frames like {expected}; name the folder that holds CASME2/ and SAMM/.");
        }
        return new FrameLayout(source.Id, folder, source.Sheet ?? FindSheet(root, folder, source.Id), roots[0], Clips(roots[0], source.Id));
    }

    [GeneratedRegex(@"^(?:sub|s)?0*(\d{1,3})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SubjectFolder();

    [GeneratedRegex(@"^casme[\s_-]*(?:2|ii)(?![0-9i])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CasmeFolder();

    private static bool IsSetName(string name, DatasetId dataset) => dataset == DatasetId.Samm
        ? name.StartsWith("SAMM", StringComparison.OrdinalIgnoreCase)
        // CASME2_RAW_selected is a folder of frames, not of a data set.
        : CasmeFolder().IsMatch(name) && !name.Contains("raw", StringComparison.OrdinalIgnoreCase) && !IsCropped(name);

    private static bool IsClipName(string name, DatasetId dataset) => dataset == DatasetId.Samm
        ? name.Length > 4 && name[..3].All(char.IsAsciiDigit) && name[3] == '_'
        : name.StartsWith("EP", StringComparison.OrdinalIgnoreCase);

    private static bool IsCropped(string path) => Path.GetFileName(path).Contains("crop", StringComparison.OrdinalIgnoreCase);

    // Folders whose subfolders are subjects that hold clips; a look-alike below a real set is not part of it.
    private static IEnumerable<string> FramesRoots(string folder, DatasetId dataset, int depth)
    {
        var below = Directory.EnumerateDirectories(folder).Where(d => !Path.GetFileName(d).StartsWith('.')).Order(StringComparer.Ordinal).ToArray();
        if (below.Any(s => SubjectFolder().IsMatch(Path.GetFileName(s)) && Directory.EnumerateDirectories(s).Any(c => IsClipName(Path.GetFileName(c), dataset))))
            return [folder];
        return depth == 0 ? [] : below.Where(d => !File.Exists(Path.Combine(d, SyntheticMark))).SelectMany(d => FramesRoots(d, dataset, depth - 1));
    }

    private static Dictionary<string, string> Clips(string frames, DatasetId dataset)
    {
        var clips = new Dictionary<string, string>();
        foreach (var subject in Directory.EnumerateDirectories(frames))
        {
            var match = SubjectFolder().Match(Path.GetFileName(subject));
            if (!match.Success) continue;
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture).ToString(dataset == DatasetId.Samm ? "D3" : "D2", CultureInfo.InvariantCulture);
            foreach (var clip in Directory.EnumerateDirectories(subject)) clips.TryAdd($"{number}/{Path.GetFileName(clip)}".ToLowerInvariant(), clip);
        }
        return clips;
    }

    // In the data set's folder or one below it, else beside that folder.
    private static string FindSheet(string root, string folder, DatasetId dataset) =>
        Sheets(folder, dataset, 1).Concat(Sheets(root, dataset, 0)).FirstOrDefault() ?? throw new UserErrorException(
            $"{folder} holds no coding sheet of {dataset.Title()}: found {Contents(folder)}, expected {(dataset == DatasetId.Samm ? "SAMM_Micro_FACS_Codes_v2.xlsx" : "CASME2-coding-20190701.xlsx")}; copy the file there or name it.");

    // The newest first, by the date or version in its name. '~$' files are locks of a spreadsheet program.
    private static IEnumerable<string> Sheets(string folder, DatasetId dataset, int depth) =>
        Directory.EnumerateFiles(folder, dataset == DatasetId.Samm ? "*FACS*" : "*coding*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = depth, IgnoreInaccessible = true, MatchCasing = MatchCasing.CaseInsensitive })
            .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".xlsx" or ".xls" or ".csv" && !Path.GetFileName(f).StartsWith("~$", StringComparison.Ordinal))
            .OrderByDescending(f => Path.GetFileNameWithoutExtension(f), StringComparer.OrdinalIgnoreCase).ThenByDescending(Path.GetExtension, StringComparer.Ordinal);

    private static string Contents(string folder)
    {
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        return names.Length == 0 ? "an empty folder" : string.Join(", ", names.Take(6)) + (names.Length > 6 ? $" and {names.Length - 6} more" : "");
    }
}
