using MerKernel.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Assembles batches of onset and apex frames with labels and action units from a data set that stays on its device.</summary>
public sealed class PairSource : IDisposable
{
    /// <summary>ImageNet mean and standard deviation of RGB in 0..1, which the published code normalises with.</summary>
    static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f];

    readonly MerDataset _dataset;
    readonly HashSet<int> _augmented = [];
    readonly Tensor _frames, _scale, _shift, _labels, _actionUnits;

    /// <summary>Moves what batches are made of to the device.</summary>
    /// <param name="dataset">The data set; must outlive the source.</param>
    /// <param name="labels">Label of each clip (permuted ones in a control experiment).</param>
    /// <param name="actionUnits">Action unit vector [21] of each clip.</param>
    /// <param name="device">Where batches are assembled.</param>
    public PairSource(MerDataset dataset, IReadOnlyList<int> labels, IReadOnlyList<float[]> actionUnits, Device device)
    {
        _dataset = dataset;
        using var scope = NewDisposeScope();
        _frames = dataset.Frames.alias().to(device).DetachFromDisposeScope();
        // (x / 255 - mean) / deviation as one multiply and one add.
        _scale = tensor(Deviation.Select(d => 1 / (255 * d)).ToArray()).view(1, 3, 1, 1).to(device).DetachFromDisposeScope();
        _shift = tensor(Mean.Zip(Deviation, (m, d) => -m / d).ToArray()).view(1, 3, 1, 1).to(device).DetachFromDisposeScope();
        _labels = tensor(labels.Select(l => (long)l).ToArray()).to(device).DetachFromDisposeScope();
        _actionUnits = tensor(actionUnits.SelectMany(a => a).ToArray()).view(labels.Count, -1).to(device).DetachFromDisposeScope();
    }

    /// <summary>Clips that the normalisation's statistics come from: none, ImageNet's are constants. The leak check asks.</summary>
    public IEnumerable<int> NormalisedFrom => [];

    /// <summary>Clips that were augmented so far. The leak check asks.</summary>
    public IEnumerable<int> AugmentedClips => _augmented;

    /// <summary>The exact onset and apex of the clips, normalised; for testing.</summary>
    public PairBatch Exact(IReadOnlyList<int> clips) => Assemble(clips, _ => 0, null);

    /// <summary>Frames near onset and apex where asked, augmented; for training.</summary>
    public PairBatch Augmented(IReadOnlyList<int> clips, bool jitter, Augmentation augmentation, Random random)
    {
        _augmented.UnionWith(clips);
        return Assemble(clips, frames => jitter ? random.Next(frames) : 0, augmentation.Draw(clips.Count));
    }

    PairBatch Assemble(IReadOnlyList<int> clips, Func<int, int> choose, float[]? transforms)
    {
        var rows = new long[clips.Count * 2];
        for (var i = 0; i < clips.Count; i++)
        {
            var (onsets, apexes) = (_dataset.OnsetFrames[clips[i]], _dataset.ApexFrames[clips[i]]);
            rows[2 * i] = onsets[choose(onsets.Length)];
            rows[2 * i + 1] = apexes[choose(apexes.Length)];
        }
        var size = _dataset.Size;
        var frames = _frames.index_select(0, from_array(rows).to(_frames.device)).to(ScalarType.Float32).mul_(_scale).add_(_shift);
        if (transforms is not null)
            frames = Augmentation.Apply(frames.view(clips.Count, 6, size, size), transforms);
        var pairs = frames.view(clips.Count, 2, 3, size, size);
        var index = from_array(clips.Select(c => (long)c).ToArray()).to(_frames.device);
        return new PairBatch(pairs.select(1, 0).contiguous(), pairs.select(1, 1).contiguous(),
            _actionUnits.index_select(0, index), _labels.index_select(0, index));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { _frames, _scale, _shift, _labels, _actionUnits }) tensor.Dispose();
    }
}
