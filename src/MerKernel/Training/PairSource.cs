using System.Runtime.CompilerServices;
using MerKernel.Data;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// Assembles batches of onset and apex frames with labels and action units from a data set that stays on its device.
/// </summary>
public sealed class PairSource : IDisposable
{
    /// <summary>
    /// ImageNet mean and standard deviation of RGB in 0..1, which the published code normalises with.
    /// </summary>
    static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f];

    readonly MerDataset _dataset;
    readonly HashSet<int> _augmented = [], _counted = [];
    readonly Tensor _frames, _scale, _shift, _labels, _actionUnits;
    readonly Tensor? _input;
    readonly bool _showsFrames;
    readonly ImmutableArray<int> _labelOf;

    /// <summary>Moves the source of batches to the device.</summary>
    /// <param name="dataset">The data set; must outlive the source.</param>
    /// <param name="labels">Label of each clip (permuted ones in a control experiment).</param>
    /// <param name="actionUnits">Action unit vector [21] of each clip.</param>
    /// <param name="device">Where batches are assembled.</param>
    /// <param name="model">The network that is to see them; null for one that sees only frames.</param>
    public PairSource(MerDataset dataset, IReadOnlyList<int> labels, IReadOnlyList<float[]> actionUnits, Device device,
        ModelOptions? model = null)
    {
        dataset.Demand();
        if (labels.Count != dataset.Clips.Length || actionUnits.Count != labels.Count)
            throw new ArgumentException($"{dataset.Title} has {dataset.Clips.Length} clips, and there came " +
                $"{labels.Count} labels and action units of {actionUnits.Count} clips; give each clip its own.");
        _dataset = dataset;
        _labelOf = [.. labels];
        _showsFrames = model?.SeesFrames ?? true;
        using var scope = NewDisposeScope();
        _frames = dataset.Frames.alias().to(device).DetachFromDisposeScope();
        // (x / 255 - mean) / deviation as one multiply and one add.
        float[] scale = [.. Deviation.Select(d => 1 / (255 * d))], shift = [.. Mean.Zip(Deviation, (m, d) => -m / d)];
        _scale = tensor(scale).view(1, 3, 1, 1).to(device).DetachFromDisposeScope();
        _shift = tensor(shift).view(1, 3, 1, 1).to(device).DetachFromDisposeScope();
        _input = model?.Input is { } asked
            ? ClipInputs.Of(dataset, asked).alias().to(device).DetachFromDisposeScope() : null;
        _labels = tensor(labels.Select(l => (long)l).ToArray()).to(device).DetachFromDisposeScope();
        _actionUnits = tensor(actionUnits.SelectMany(a => a).ToArray()).view(labels.Count, -1).to(device)
            .DetachFromDisposeScope();
    }

    /// <summary>Clips that were augmented so far. The leak check asks.</summary>
    public IEnumerable<int> AugmentedClips => _augmented;

    /// <summary>Clips whose annotation a network counted before training. The leak check asks.</summary>
    public IEnumerable<int> CountedClips => _counted;

    /// <summary>A clip's label, as the network is taught it.</summary>
    public int LabelOf(int clip) => _labelOf[clip];

    /// <summary>
    /// Action units [clips, 21] and labels [clips] of training clips, for a network's statistics before training.
    /// </summary>
    public (Tensor ActionUnits, Tensor Labels) Annotation(IReadOnlyList<int> clips)
    {
        _counted.UnionWith(clips);
        var index = Index(clips);
        return (_actionUnits.index_select(0, index), _labels.index_select(0, index));
    }

    /// <summary>The exact onset and apex of the clips, normalised; for testing.</summary>
    public PairBatch Exact(IReadOnlyList<int> clips) => Assemble(clips, _ => 0, () => null);

    /// <summary>Frames near onset and apex where asked, augmented; for training.</summary>
    public PairBatch Augmented(IReadOnlyList<int> clips, bool jitter, Augmentation augmentation, Random random)
    {
        _augmented.UnionWith(clips);
        return Assemble(clips, frames => jitter ? random.Next(frames) : 0,
            () => augmentation.Draws ? augmentation.Draw(clips.Count) : null);
    }

    /// <summary>
    /// Frames [..., 3, S, S] of 0..255 normalised with ImageNet's constants, as every network sees them.
    /// </summary>
    internal static Tensor Normalised(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = (tensor(Mean).view(3, 1, 1), tensor(Deviation).view(3, 1, 1));
        using Scalar white = 255;
        return frames.to_type(ScalarType.Float32).div_(white).sub_(mean).div_(deviation).MoveToOuterDisposeScope();
    }

    PairBatch Assemble(IReadOnlyList<int> clips, Func<int, int> choose, Func<float[]?> draw)
    {
        foreach (var clip in clips)
            if ((uint)clip >= _labelOf.Length)
                throw new ArgumentOutOfRangeException(nameof(clips), $"There is no clip {clip}: {_dataset.Title} has " +
                    $"{_labelOf.Length}, counted from 0; FoldSplit.LeaveOut gives indices.");
        var size = _dataset.Size;
        var index = Index(clips);
        Tensor Nothing() => empty([0, 3, size, size], ScalarType.Float32, _frames.device);
        var (onset, apex) = _showsFrames ? Frames(clips, choose, draw()) : (Nothing(), Nothing());
        return new PairBatch(
            new ClipBatch(onset, apex, _actionUnits.index_select(0, index), _input?.index_select(0, index)),
            _labels.index_select(0, index));
    }

    (Tensor Onset, Tensor Apex) Frames(IReadOnlyList<int> clips, Func<int, int> choose, float[]? transforms)
    {
        var rows = new long[clips.Count * 2];
        for (var i = 0; i < clips.Count; i++)
        {
            var (onsets, apexes) = (_dataset.OnsetFrames[clips[i]], _dataset.ApexFrames[clips[i]]);
            rows[2 * i] = onsets[choose(onsets.Length)];
            rows[2 * i + 1] = apexes[choose(apexes.Length)];
        }
        var device = _frames.device;
        var maps = transforms is null ? null : Uploads.On(device, transforms).view(-1, 2, 3);
        var pairs = Ops.Frames(_frames, Uploads.On(device, rows), maps, _scale, _shift);
        return (pairs.select(1, 0), pairs.select(1, 1));
    }

    Tensor Index(IReadOnlyList<int> clips) => Uploads.On(_frames.device, clips.Select(c => (long)c).ToArray());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { _frames, _scale, _shift, _labels, _actionUnits }) tensor.Dispose();
        _input?.Dispose();
    }
}

/// <summary>Small arrays of a batch on their way to its device.</summary>
static class Uploads
{
    /// <summary>
    /// A tensor of an array's values. A GPU takes them without the processor waiting for its unfinished work: CUDA
    /// copies such memory aside before the call returns.
    /// </summary>
    public static Tensor On(Device device, Array values) => from_array(values).to(device, non_blocking: true);
}

/// <summary>Networks' inputs from clips besides frames: computed once per data set.</summary>
internal static class ClipInputs
{
    static readonly ConditionalWeakTable<MerDataset, ConcurrentDictionary<ClipInput, Lazy<Tensor>>> Known = [];

    /// <summary>The input of every clip of a data set, float32 [clips, ...]; it belongs to the data set.</summary>
    /// <exception cref="UserErrorException">
    /// The cache folder cannot be written to, or the input is too large. The next call tries again.
    /// </exception>
    public static Tensor Of(MerDataset dataset, ClipInput input)
    {
        var known = Known.GetOrCreateValue(dataset);
        try
        {
            return known.GetOrAdd(input, asked => new Lazy<Tensor>(() => Compute(dataset, asked))).Value;
        }
        catch (Exception e)
        {
            known.TryRemove(input, out _);
            // Clips are computed side by side.
            if (e is AggregateException all
                && all.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } one)
                throw new UserErrorException(one.Message, one);
            throw;
        }
    }

    static Tensor Compute(MerDataset dataset, ClipInput input)
    {
        long[] shape = [dataset.Clips.Length, .. input.Shape(dataset.Size)];
        if (shape.Aggregate(1.0, (product, side) => product * side) > Array.MaxLength)
            throw new UserErrorException($"{dataset.Clips.Length} clips with an input of {string.Join(" x ",
                shape.Skip(1))} values each are more than one array holds; prepare smaller frames, or leave clips " +
                "out with mer data prepare --exclude.");
        var values = input.Compute(dataset);
        // Made in inference mode it could not be trained on later.
        using var normal = inference_mode(false);
        return tensor(values).view(shape).DetachFromDisposeScope();
    }
}
