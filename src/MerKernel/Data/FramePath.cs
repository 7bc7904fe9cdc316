namespace MerKernel.Data;

/// <summary>
/// Where a clip's frames lie below the root of all frames: names of folders, of which {subject}, {clip} and {emotion}
/// match any. Without {subject} the clip's name carries it.
/// </summary>
/// <param name="Folders">The folders' names, from the root down.</param>
public sealed record FramePath(ImmutableArray<string> Folders)
{
    private const string Subject = "{subject}", Clip = "{clip}", Emotion = "{emotion}";

    /// <summary>sub01/EP02_01f.</summary>
    public static FramePath SubjectClip { get; } = Of("{subject}/{clip}");

    /// <summary>A path of a text such as '{subject}/micro/{emotion}/{clip}'.</summary>
    /// <exception cref="UserErrorException">It names no clip, or a part that is not known.</exception>
    public static FramePath Of(string text)
    {
        var folders = text.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToImmutableArray();
        if (folders.FirstOrDefault(f => f.Contains('{') && f is not (Subject or Clip or Emotion)) is { } unknown)
            throw new UserErrorException($"The folder '{unknown}' in the path of frames '{text}' is not known; use " +
                $"{Subject}, {Clip}, {Emotion} or a folder's own name.");
        return folders.Count(f => f == Clip) == 1 && !folders.Any(f => f is ".." or ".") ? new(folders)
            : throw new UserErrorException(
                $"The path of frames '{text}' must name {Clip} once, for example {Subject}/{Clip}.");
    }

    /// <summary>Whether a folder is the subject's; else clips' names carry it.</summary>
    internal bool NamesSubject => Folders.Contains(Subject);

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', Folders);

    /// <summary>
    /// The clips' folders below a root: subject and name, and the folder; of folders that are no clip's nothing.
    /// </summary>
    /// <param name="root">The folder in which the path begins.</param>
    /// <param name="set">How subjects and clips are called.</param>
    /// <param name="below">A folder's subfolders.</param>
    public IEnumerable<(string Subject, string Clip, string Path)> Walk(string root, DatasetDescription set,
        Func<string, IEnumerable<string>> below) => Walk(root, set, below, 0, null, null);

    private IEnumerable<(string Subject, string Clip, string Path)> Walk(string folder, DatasetDescription set,
        Func<string, IEnumerable<string>> below, int depth, string? subject, string? clip)
    {
        if (depth == Folders.Length)
            return (subject ?? set.SubjectNamedIn(clip!)) is { } whose ? [(whose, clip!, folder)] : [];
        return below(folder).SelectMany(next =>
        {
            var name = Path.GetFileName(next);
            return Folders[depth] switch
            {
                Subject => set.SubjectOf(name) is { } found ? Walk(next, set, below, depth + 1, found, clip) : [],
                // Below a subject's folder every folder is a clip, whatever it is called; elsewhere its name must say
                // so.
                Clip => this == SubjectClip || set.Clips.IsMatch(name)
                    ? Walk(next, set, below, depth + 1, subject, set.NameOf(name)) : [],
                Emotion => Walk(next, set, below, depth + 1, subject, clip),
                var literal => name.Equals(literal, StringComparison.OrdinalIgnoreCase)
                    ? Walk(next, set, below, depth + 1, subject, clip) : [],
            };
        });
    }

    /// <summary>Equal where the folders are.</summary>
    public bool Equals(FramePath? other) => other is not null && Folders.SequenceEqual(other.Folders);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
