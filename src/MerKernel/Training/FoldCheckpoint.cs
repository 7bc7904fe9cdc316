using System.Diagnostics;
using MerKernel.Weights;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// A fold's <see cref="TrainingState"/> in a safetensors file with a checksum, so that a fold which was stopped resumes
/// where it was: its final bytes are those of a fold that never stopped.
/// </summary>
/// <param name="path">The file; it belongs to one fold of one experiment.</param>
/// <param name="every">Epochs between two checkpoints.</param>
public sealed class FoldCheckpoint(string path, int every)
{
    const string Progress = "progress", Optimizer = "optimizer.", Draws = "draws", Angles = "angles";
    const string Loss = "loss", Test = "test", HeldOut = "held-out", Model = "model.", Sum = "sha256";

    readonly Stopwatch _clock = Stopwatch.StartNew();
    TimeSpan _before;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>How long the fold has been computed, until its checkpoint and since this was created.</summary>
    public TimeSpan Elapsed => _before + _clock.Elapsed;

    /// <summary>
    /// Called with one message when the file turns out damaged; it is quarantined, and the fold starts from its first
    /// epoch.
    /// </summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Saves the state if the number of finished epochs asks for it.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    internal void SaveIfDue(TrainingState state)
    {
        if (state.Losses.Count % every != 0) return;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = state.Model.state_dict().ToDictionary(p => Model + p.Key, p => p.Value);
        tensors[Progress] = from_array(
            new long[]
            {
                state.Optimizer.Updates, state.Batches.Count, state.Augmentation.Count, (long)Elapsed.TotalMilliseconds
            });
        foreach (var (name, value) in state.Optimizer.State) tensors[Optimizer + name] = value;
        if (state.Angles is [{ Length: > 0 } first, ..])
            tensors[Angles] = from_array(state.Angles.SelectMany(a => a).ToArray()).view(-1, first.Length);
        tensors[Draws] = state.Draws.get_state();
        tensors[Loss] = from_array(state.Losses.ToArray());
        tensors[Test] = Packed(state.Test);
        if (state.HeldOut.Count > 0) tensors[HeldOut] = Packed(state.HeldOut);
        tensors[Sum] = from_array(Checksum(tensors));
        Safetensors.Write(Path, tensors);
    }

    /// <summary>
    /// Brings a fresh state to that of the file; leaves it as it is where there is no file, or a damaged one.
    /// </summary>
    internal void Restore(TrainingState state)
    {
        if (!File.Exists(Path)) return;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        if (Sound(state) is not { } stored) return;
        foreach (var (name, tensor) in state.Model.state_dict()) tensor.copy_(stored[Model + name]);
        var progress = stored[Progress].data<long>().ToArray();
        state.Optimizer.Restore(name => stored[Optimizer + name], (int)progress[0]);
        state.Draws.set_state(stored[Draws]);
        state.Batches.AdvanceTo(progress[1]);
        state.Augmentation.AdvanceTo(progress[2]);
        // Checkpoints of older versions do not say it.
        if (progress.Length > 3) _before = TimeSpan.FromMilliseconds(progress[3]);
        state.Losses.AddRange(stored[Loss].data<float>());
        state.Test.AddRange(Unpacked(stored[Test]));
        state.Angles.AddRange(stored.TryGetValue(Angles, out var angles)
            ? angles.data<float>().ToArray().Chunk((int)angles.size(1)).Select(a => a.ToImmutableArray())
            : state.Losses.Select(_ => ImmutableArray<float>.Empty));
        if (stored.TryGetValue(HeldOut, out var heldOut)) state.HeldOut.AddRange(Unpacked(heldOut));
    }

    /// <summary>The tensors of the file; null where it is damaged, or of another version of the network.</summary>
    Dictionary<string, Tensor>? Sound(TrainingState state)
    {
        try
        {
            var stored = Safetensors.Read(Path);
            if (!stored.Remove(Sum, out var sum) || !sum.bytes.SequenceEqual(Checksum(stored)))
                SetAside("its checksum does not match");
            else if (Wanted(state).FirstOrDefault(w => !stored.TryGetValue(w.Name, out var tensor)
                || !tensor.shape.SequenceEqual(w.Tensor.shape)) is { Name: { } other })
                SetAside($"its {other} is not that of this version of the network");
            else return stored;
        }
        catch (UserErrorException e)
        {
            SetAside(e.Message.TrimEnd('.'));
        }
        return null;

        void SetAside(string why) => MerKernel.SetAside.Move(Path, why, "the fold starts from its first epoch", Warn);
    }

    static IEnumerable<(string Name, Tensor Tensor)> Wanted(TrainingState state) =>
        state.Model.state_dict().Select(p => (Model + p.Key, p.Value))
            .Concat(state.Optimizer.State.Select(s => (Optimizer + s.Name, s.Value)));

    /// <summary>SHA-256 of names, shapes and values.</summary>
    internal static byte[] Checksum(Dictionary<string, Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {tensor.dtype} {string.Join('x', tensor.shape)}\n"));
            using var here = tensor.detach().cpu().contiguous();
            hash.AppendData(here.bytes);
        }
        return hash.GetHashAndReset();
    }

    static Tensor Packed(List<ImmutableArray<ImmutableArray<float>>> epochs) =>
        from_array(epochs.SelectMany(e => e.SelectMany(c => c)).ToArray()).view(epochs.Count, epochs[0].Length, -1);

    static IEnumerable<ImmutableArray<ImmutableArray<float>>> Unpacked(Tensor epochs)
    {
        var (clips, classes) = ((int)epochs.size(1), (int)epochs.size(2));
        return epochs.data<float>().ToArray().Chunk(clips * classes)
            .Select(epoch => epoch.Chunk(classes).Select(row => row.ToImmutableArray()).ToImmutableArray());
    }
}
