using TorchSharp;

namespace MerKernel.Data;

/// <summary>
/// A data set ready for training: clips, labels, action units, and every frame that training may draw as one uint8
/// tensor.
/// </summary>
public sealed class MerDataset : IDisposable
{
    readonly int? _size;
    readonly string? _title;

    /// <summary>The data set.</summary>
    public required DatasetId Id { get; init; }

    /// <summary>The name as papers write it, or as the user's description has it.</summary>
    public string Title { get => _title ?? Id.Title(); init => _title = value; }

    /// <summary>Whether coders gave action units to every part of it; SMIC has none.</summary>
    public bool HasActionUnits => Clips.GroupBy(c => c.Dataset).All(part => part.Any(c => !c.ActionUnits.IsEmpty));

    /// <summary>True for synthetic data; every output that shows a number from them says so.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>
    /// Hash (hexadecimal) of everything that determines the contents: sheet, class set, frames, preparation, size.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>Class names in label order, for example the paper's five.</summary>
    public required ImmutableArray<string> Classes { get; init; }

    /// <summary>The clips that are scored, in sheet order.</summary>
    public required ImmutableArray<Clip> Clips { get; init; }

    /// <summary>Label of each clip: an index into <see cref="Classes"/>.</summary>
    public required ImmutableArray<int> Labels { get; init; }

    /// <summary>All frames, uint8 [F, 3, S, S], RGB, not normalised; read when they are first asked for.</summary>
    /// <exception cref="UserErrorException">They cannot be read.</exception>
    public torch.Tensor Frames { get => LazyFrames.Value; init => LazyFrames = new(() => value, value); }

    // Tables need only clips and labels; libtorch, and hundreds of megabytes, are left where they are.
    internal FramesOnDemand LazyFrames { get; init; } = new(() =>
        throw new InvalidOperationException("The data set was made without frames."));

    /// <summary>
    /// For each clip the rows of <see cref="Frames"/> from the onset on (at least one); the first is the onset itself.
    /// </summary>
    public required ImmutableArray<ImmutableArray<int>> OnsetFrames { get; init; }

    /// <summary>
    /// For each clip the rows of <see cref="Frames"/> from the apex backwards (at least one); the first is the apex
    /// itself.
    /// </summary>
    public required ImmutableArray<ImmutableArray<int>> ApexFrames { get; init; }

    /// <summary>The sources of the data set; null for one that was put together in memory.</summary>
    public DatasetManifest? Manifest { get; init; }

    /// <summary>What the reader of the sheet passed over or chose, a message each.</summary>
    internal ImmutableArray<string> SheetRemarks { get; init; } = [];

    /// <summary>
    /// Further data of the clips from their files; null for a data set that was put together in memory.
    /// </summary>
    public IClipSource? Source { get; init; }

    /// <summary>Where values computed from the clips are kept between runs; null keeps them only in memory.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Side length S of the frames in pixels.</summary>
    public int Size { get => _size ?? (int)Frames.size(-1); init => _size = value; }

    /// <summary>How many frames there are, F; none is read for it.</summary>
    public int FrameCount => 1 + OnsetFrames.Concat(ApexFrames).SelectMany(f => f).DefaultIfEmpty(-1).Max();

    /// <summary>The subjects in order of first appearance; one LOSO fold each.</summary>
    public ImmutableArray<string> Subjects => [.. Clips.Select(c => c.Subject).Distinct()];

    /// <summary>
    /// Refuses parts that do not fit each other, which a data set put together in memory may have; a loaded one has
    /// none.
    /// </summary>
    /// <exception cref="UserErrorException">Names the first that does not fit, and what is wanted.</exception>
    internal void Demand()
    {
        var count = Clips.Length;
        foreach (var (name, length) in new[] { (nameof(Labels), Labels.Length),
            (nameof(OnsetFrames), OnsetFrames.Length), (nameof(ApexFrames), ApexFrames.Length) })
            if (length != count)
                throw new UserErrorException($"{Title} has {count} clips and {length} entries in {name}; give each " +
                    "clip one.");
        foreach (var (i, label) in Labels.Index())
            if ((uint)label >= Classes.Length)
                throw new UserErrorException($"Clip {Clips[i].Id} of {Title} has label {label}, and its " +
                    $"{Classes.Length} classes are labelled 0 to {Classes.Length - 1}; mend Labels or Classes.");
        if (OnsetFrames.Concat(ApexFrames).Any(rows => rows.IsDefaultOrEmpty || rows.Min() < 0))
            throw new UserErrorException($"A clip of {Title} has no onset or apex frame, or one below 0; give rows " +
                "of Frames.");
        var frames = Frames;
        if (frames.dtype != torch.ScalarType.Byte || frames.dim() != 4 || frames.size(1) != 3
            || frames.size(2) != Size || frames.size(3) != Size)
            throw new UserErrorException($"The frames of {Title} are {frames.dtype} [{string.Join(", ",
                frames.shape)}]; they are wanted as uint8 (Byte) [F, 3, S, S], RGB, 0 to 255, not normalised.");
        if (FrameCount > frames.size(0))
            throw new UserErrorException($"{Title} has {frames.size(0)} frames, and a clip's onset or apex is row " +
                $"{FrameCount - 1}, counted from 0; mend OnsetFrames, ApexFrames or Frames.");
    }

    /// <inheritdoc/>
    public void Dispose() => LazyFrames.Dispose();
}

/// <summary>
/// Frames that are read once, when they are asked for; what failed, or was interrupted, is read again.
/// </summary>
/// <param name="read">Reads them.</param>
/// <param name="frames">Those that are there already.</param>
sealed class FramesOnDemand(Func<torch.Tensor> read, torch.Tensor? frames = null) : IDisposable
{
    readonly Lock _reading = new();

    public torch.Tensor Value
    {
        get
        {
            lock (_reading) return frames ??= read();
        }
    }

    public void Dispose() => frames?.Dispose();
}
