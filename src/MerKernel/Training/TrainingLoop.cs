using MerKernel.Data;
using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// The batches of a data set for a training loop of one's own. Written with <see cref="FoldDraws"/> and
/// <see cref="AdamW"/>, such a loop trains the network that <see cref="Trainer"/> trains with as many math threads,
/// number for number; loops over frames below 112 pixels have one, as folds of a table have.
/// </summary>
public static class DatasetBatches
{
    // Networks of smaller frames are small too, and many small operations are quicker on one thread (OneMathThread).
    const int LargeFrames = 112;

    /// <summary>
    /// One epoch: the clips shuffled, their frames drawn near onset and apex, augmented. Tensors that a loop computes
    /// from a batch are freed when it asks for the next one; keep numbers, not tensors.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="clips">The training clips: indices into <see cref="MerDataset.Clips"/>.</param>
    /// <param name="training">Batch size, augmentation and which frames are drawn.</param>
    /// <param name="draws">Where the draws come from; the next epoch continues with them.</param>
    /// <param name="device">Where the batches are assembled; null is the processor.</param>
    public static IEnumerable<PairBatch> Batches(this MerDataset data, IReadOnlyList<int> clips,
        TrainingOptions training, FoldDraws draws, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(draws);
        training.Validate();
        var augmentation = new Augmentation(training.Augmentation, data.Size, draws.Augmentation);
        var batches = training.KeepsOrder
            ? Training.Batches.InOrder(clips, training.BatchSize)
            : Training.Batches.Shuffled(clips, training.BatchSize, draws.Batches);
        return Updates(Assembled(data, batches, device,
            (pairs, batch) => pairs.Augmented(batch, training.FrameJitter, augmentation, draws.Batches)));

        IEnumerable<PairBatch> Updates(IEnumerable<PairBatch> assembled)
        {
            var steps = training.AccumulationSteps;
            foreach (var (number, batch) in assembled.Index())
                yield return batch with { PerUpdate = Math.Min(steps, batches.Count - number / steps * steps) };
        }
    }

    /// <summary>
    /// The clips as they are tested: in order, exact onset and apex, nothing augmented. Tensors computed from a batch
    /// are freed with it.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="clips">The clips: indices into <see cref="MerDataset.Clips"/>.</param>
    /// <param name="batchSize">Clips per batch.</param>
    /// <param name="device">Where the batches are assembled; null is the processor.</param>
    public static IEnumerable<PairBatch> Batches(this MerDataset data, IReadOnlyList<int> clips, int batchSize = 64,
        Device? device = null) => batchSize < 1
            ? throw new ArgumentOutOfRangeException(nameof(batchSize), $"A batch of {batchSize} clips is not " +
                "possible; use 1 or more.")
            : Assembled(data, [.. clips.Chunk(batchSize)], device, (pairs, batch) => pairs.Exact(batch));

    /// <summary>
    /// Clips as they are tested, in one batch that is the caller's: frames [N, 3, S, S], action units [N, 21], labels
    /// [N].
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="clips">The clips: indices into <see cref="MerDataset.Clips"/>.</param>
    public static PairBatch Batch(this MerDataset data, params IReadOnlyList<int> clips)
    {
        using var scope = NewDisposeScope();
        using var pairs = Source(data, null);
        var batch = pairs.Exact(clips);
        foreach (var tensor in batch.Tensors) tensor.MoveToOuterDisposeScope();
        return batch;
    }

    static IEnumerable<PairBatch> Assembled(MerDataset data, IReadOnlyList<int[]> batches, Device? device,
        Func<PairSource, int[], PairBatch> assemble)
    {
        using var threads = data.Size < LargeFrames ? new OneMathThread() : default;
        using var pairs = Source(data, device);
        foreach (var clips in batches)
        {
            using var scope = NewDisposeScope();
            yield return assemble(pairs, clips);
        }
    }

    static PairSource Source(MerDataset data, Device? device) =>
        new(data, data.Labels, [.. data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))], device ?? CPU);
}

/// <summary>
/// The random draws of a fold. Each purpose has a generator of its own from (seed, subject, purpose), so no draw
/// depends on another.
/// </summary>
/// <param name="seed">Seed of the experiment.</param>
/// <param name="subject">The subject left out.</param>
public sealed class FoldDraws(int seed, string subject) : IDisposable
{
    /// <summary>Seed of the network's first weights.</summary>
    public int Weights => Seeds.For(seed, subject, "weights");

    /// <summary>Order of the clips, and their frames near onset and apex.</summary>
    public Random Batches { get; } = new CountedRandom(Seeds.For(seed, subject, "batches"));

    /// <summary>Flips, rotations and crops.</summary>
    public Random Augmentation { get; } = new CountedRandom(Seeds.For(seed, subject, "augmentation"));

    /// <summary>
    /// The network's draws in training, for example stochastic depth; for <see cref="Models.Network.UseGenerator"/>.
    /// </summary>
    public Generator Network { get; } = new((ulong)Seeds.For(seed, subject, "network"), CPU);

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}

/// <summary>AdamW (Loshchilov and Hutter 2019) for a training loop of one's own: one call per batch.</summary>
public sealed class AdamW : IDisposable
{
    readonly FoldOptimizer _optimizer;
    readonly Network _network;
    readonly int _trained;
    int _gathered, _perUpdate;

    /// <summary>Takes over the parameters of a network, which stays usable afterwards.</summary>
    /// <param name="network">The network.</param>
    /// <param name="learningRate">Learning rate.</param>
    /// <param name="weightDecay">Decay of every weight, apart from the gradient.</param>
    /// <exception cref="UserErrorException">
    /// The rate or the decay is none, or the network has no parameters.
    /// </exception>
    public AdamW(Network network, double learningRate, double weightDecay)
        : this(network, new TrainingOptions { LearningRate = learningRate, WeightDecay = weightDecay })
    {
    }

    /// <summary>
    /// The same with every option of a training that is the optimiser's: rate, decay, beta 2, or another optimiser.
    /// </summary>
    /// <param name="network">The network. Parameters that are frozen (requires_grad false) stay as they are.</param>
    /// <param name="training">The options.</param>
    /// <exception cref="UserErrorException">An option is none, or the network has no parameters.</exception>
    public AdamW(Network network, TrainingOptions training)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        training.Validate();
        LearningRate = training.LearningRate;
        (_network, _trained) = (network, network.parameters().Count(p => p.requires_grad));
        _optimizer = new(network, training);
    }

    /// <summary>
    /// The largest norm that all gradients together may have in an update; larger ones are scaled down to it. Null
    /// scales nothing.
    /// </summary>
    public double? MaxNorm { get; set; }

    /// <summary>Learning rate of the next step.</summary>
    public double LearningRate { get; set; }

    /// <summary>Updates so far.</summary>
    public int Steps => _optimizer.Updates;

    /// <summary>
    /// Computes the gradients of a loss and updates every parameter; with several batches per update, when the last of
    /// them has come, from the mean of their gradients.
    /// </summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="perUpdate">How many batches share the update: <see cref="PairBatch.PerUpdate"/>.</param>
    /// <exception cref="ArgumentException">
    /// The loss is no scalar or depends on no weight, or <paramref name="perUpdate"/> is below 1 or not that of the
    /// batches before it.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The network's parameters were moved or frozen meanwhile.
    /// </exception>
    public void Step(Tensor loss, int perUpdate = 1)
    {
        ArgumentNullException.ThrowIfNull(loss);
        // The flat optimiser would go on with its weight decay.
        if (_network.parameters().Count(p => p.requires_grad) != _trained)
            throw new InvalidOperationException("Parameters were frozen or released (requires_grad) after the " +
                "optimiser was made, which keeps to those it had; freeze first, then make the optimiser.");
        ArgumentOutOfRangeException.ThrowIfLessThan(perUpdate, 1);
        if (TrainingStep.WhyNot(loss) is { } why) throw new ArgumentException($"The loss {why}.", nameof(loss));
        if (_gathered > 0 && perUpdate != _perUpdate)
            throw new ArgumentException($"{_gathered} of {_perUpdate} batches of this update have come, and the next " +
                $"is said to be of {perUpdate}; all batches of an update have the same number.", nameof(perUpdate));
        if (_gathered == 0) _optimizer.ZeroGradients();
        _perUpdate = perUpdate;
        if (perUpdate == 1) loss.backward();
        else
        {
            using var share = loss.Over(perUpdate);
            share.backward();
        }
        if (++_gathered < perUpdate) return;
        _gathered = 0;
        if (MaxNorm is { } norm)
            nn.utils.clip_grad_norm_(_network.parameters().Where(p => p.requires_grad), norm);
        _optimizer.Step(LearningRate);
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();
}
