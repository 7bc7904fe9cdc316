using System.Diagnostics;
using MerKernel.Cuda;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Models;
using TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Trains one fold from fresh weights and predicts its test clips after every epoch.</summary>
public sealed class Trainer
{
    /// <summary>
    /// Spans of the arithmetic (forward and backward, update, test), for whoever listens; without a listener they cost
    /// nothing.
    /// </summary>
    public static ActivitySource Arithmetic { get; } = new("MerKernel.Training.Arithmetic");

    /// <summary>Builds the network from a seed of its weights.</summary>
    public required Func<long, Network> Create { get; init; }

    /// <summary>How to train it.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Seed for a purpose; every random draw of the fold comes from one of these.</summary>
    public required Func<string, int> SeedFor { get; init; }

    /// <summary>Where the network is trained.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>As <see cref="ModelOptions.EpochsBeforeClasses"/>.</summary>
    public int EpochsBeforeClasses { get; init; }

    /// <summary>
    /// Called with the fresh network before training, for example to start it from published weights.
    /// </summary>
    public Action<Network>? Started { get; init; }

    /// <summary>Called with the trained network at the end, for example to store its weights.</summary>
    public Action<Network>? Finished { get; init; }

    /// <summary>
    /// The fold's checkpoint, from which it resumes; null starts from fresh weights and leaves no file.
    /// </summary>
    public FoldCheckpoint? Checkpoint { get; init; }

    /// <summary>Trains and predicts.</summary>
    /// <exception cref="TrainingFailedException">
    /// The loss became NaN or infinite, or libtorch failed; names the epoch and a cure.
    /// </exception>
    public FoldPrediction Run(MerDataset dataset, PairSource pairs, FoldSplit split,
        Action<EpochProgress>? progress = null, CancellationToken cancel = default)
    {
        var reached = 0;
        try
        {
            return Train(dataset, pairs, split, epoch => reached = epoch, progress, cancel);
        }
        catch (Exception e) when (e is not (OperationCanceledException or UserErrorException
            or TrainingFailedException))
        {
            throw TrainingFailedException.In(reached, e);
        }
    }

    FoldPrediction Train(MerDataset dataset, PairSource pairs, FoldSplit split, Action<int> begins,
        Action<EpochProgress>? progress, CancellationToken cancel)
    {
        using var stream = CudaStream.On(Device);
        using var model = Create(SeedFor("weights"));
        using var threads = OneMathThread.For(model);
        NetworkCheck.Layers(model, Device);
        model.LabelSmoothing = Options.LabelSmoothing;
        Started?.Invoke(model);
        model.to(Device);
        // On every device the same draws.
        using var draws = new Generator((ulong)SeedFor("network"), CPU);
        model.UseGenerator(draws);
        ShowTraining(model, pairs, split);
        NetworkCheck.OneBatch(model, pairs, split, dataset);
        model.UseGenerator(draws);
        using var optimizer = new FoldOptimizer(model, Options);
        using var step = new TrainingStep(model, Options.Precision, Device, Options.Loss);
        var state = new TrainingState
        {
            Model = model, Optimizer = optimizer, Draws = draws,
            Batches = new CountedRandom(SeedFor("batches")), Augmentation = new CountedRandom(SeedFor("augmentation")),
        };
        Checkpoint?.Restore(state);
        var augmentation = new Augmentation(Options.Augmentation, dataset.Size, state.Augmentation);
        using var test = new ExactBatches(pairs, split.Test);
        using var heldOut = new ExactBatches(pairs, split.HeldOut);

        for (var epoch = state.Losses.Count; epoch < Options.Epochs; epoch++)
        {
            begins(epoch + 1);
            // Moments of another loss say nothing about this one, and new layers have none.
            if (epoch > 0 && epoch == EpochsBeforeClasses) optimizer.Forget();
            var batches = Options.KeepsOrder
                ? Batches.InOrder(split.Train, Options.BatchSize)
                : Batches.Shuffled(split.Train, Options.BatchSize, state.Batches);
            var loss = TrainEpoch(model, optimizer, step, pairs, split.Subject, batches, augmentation, state, epoch,
                cancel);
            if (!float.IsFinite(loss))
                throw TrainingFailedException.NotFinite(epoch + 1, $"the loss is {loss}");
            state.Losses.Add(loss);
            state.Test.Add(Demanded(Predict(model, test), dataset, epoch + 1));
            state.Angles.Add(model.Angles);
            if (!split.HeldOut.IsEmpty) state.HeldOut.Add(Demanded(Predict(model, heldOut), dataset, epoch + 1));
            Checkpoint?.SaveIfDue(state);
            progress?.Invoke(new EpochProgress(epoch + 1, Options.Epochs, loss));
        }
        var statistics = CheckStatistics(model, pairs, split);
        Finished?.Invoke(model);
        return new FoldPrediction
        {
            Subject = split.Subject,
            Clips = [.. split.Test.Select(i => dataset.Clips[i].Id)],
            Labels = [.. split.Test.Select(i => dataset.Labels[i])],
            Logits = [.. state.Test],
            TrainingLoss = [.. state.Losses],
            HeldOutLabels = [.. split.HeldOut.Select(i => dataset.Labels[i])],
            HeldOutLogits = [.. state.HeldOut],
            EpochsBeforeClasses = EpochsBeforeClasses,
            Angles = state.Angles.Any(a => a.Length > 0) ? [.. state.Angles] : null,
            Statistics = statistics,
        };
    }

    /// <summary>
    /// Logits that can be scored: one per class, and finite, which the last update can make them not without any loss
    /// that says so.
    /// </summary>
    static ImmutableArray<ImmutableArray<float>> Demanded(ImmutableArray<ImmutableArray<float>> logits,
        MerDataset dataset, int epoch)
    {
        if (logits is [{ Length: var columns }, ..]) NetworkCheck.Outputs([logits.Length, columns], dataset);
        return logits.All(row => row.All(float.IsFinite)) ? logits
            : throw TrainingFailedException.NotFinite(epoch, "the logits of a clip are not finite");
    }

    static void ShowTraining(Network model, PairSource pairs, FoldSplit split)
    {
        using var scope = NewDisposeScope();
        var (units, labels) = pairs.Annotation(split.Train);
        model.FitStatistics(units, labels);
    }

    /// <summary>
    /// One pass over the batches; returns the mean loss over clips. The loss stays on the device until the pass is
    /// over.
    /// </summary>
    float TrainEpoch(Network model, FoldOptimizer optimizer, TrainingStep step, PairSource pairs, string subject,
        List<int[]> batches, Augmentation augmentation,
        TrainingState state, int epoch, CancellationToken cancel)
    {
        model.train();
        using var scope = NewDisposeScope();
        var total = zeros(1, device: Device);
        foreach (var group in batches.Chunk(Options.AccumulationSteps))
        {
            using (Arithmetic.StartActivity("update")) optimizer.ZeroGradients();
            foreach (var clips in group)
            {
                cancel.ThrowIfCancellationRequested();
                FaultPoint.Reach("step", subject);
                using var tensors = NewDisposeScope();
                var batch = pairs.Augmented(clips, Options.FrameJitter, augmentation, state.Batches);
                if (Options.OwnAugmentation is { } own)
                    batch = NetworkCheck.Augmented(own, batch, state.Augmentation);
                Tensor loss;
                using (Arithmetic.StartActivity("step")) loss = step.Run(batch, group.Length, epoch);
                // A Scalar that is only an argument may be finalised while libtorch reads it.
                using Scalar weight = clips.Length;
                using (no_grad()) total.add_(loss, weight);
            }
            using (Arithmetic.StartActivity("update")) optimizer.Step(Options.LearningRateAt(epoch));
        }
        return total.item<float>() / batches.Sum(b => b.Length);
    }

    /// <summary>
    /// How many training clips the finished network gets right with BatchNorm's running statistics, which it predicts
    /// with, and with those of the batch, which it was trained with: where they part, the running ones have not
    /// forgotten their start. Null for a network without BatchNorm.
    /// </summary>
    StatisticsCheck? CheckStatistics(Network model, PairSource pairs, FoldSplit split)
    {
        nn.Module[] norms = [.. model.modules().Where(m => m is BatchNorm)];
        if (norms.Length == 0) return null;
        var some = split.Train.ToArray();
        new Random(SeedFor("statistics")).Shuffle(some);
        if (some.Length > StatisticsCheck.MostClips) some = some[..StatisticsCheck.MostClips];
        using var scope = NewDisposeScope();
        using var batches = new ExactBatches(pairs, [.. some]);
        int Right(ImmutableArray<ImmutableArray<float>> logits) =>
            logits.Zip(some, (row, clip) => FoldPrediction.Largest(row) == pairs.LabelOf(clip)).Count(right => right);
        var running = Right(Predict(model, batches));
        var kept = norms.SelectMany(n => n.buffers()).Select(b => (Buffer: b, Value: b.clone())).ToList();
        foreach (var norm in norms) norm.train();
        var batch = Right(Logits(model, batches));
        using (no_grad())
            foreach (var (buffer, value) in kept) buffer.copy_(value);
        model.eval();
        return new(some.Length, running, batch);
    }

    ImmutableArray<ImmutableArray<float>> Predict(Network model, ExactBatches batches)
    {
        model.eval();
        return Logits(model, batches);
    }

    ImmutableArray<ImmutableArray<float>> Logits(Network model, ExactBatches batches)
    {
        using var noGrad = inference_mode();
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<float>>();
        foreach (var clips in batches.Clips)
        {
            using var scope = NewDisposeScope();
            using var span = Arithmetic.StartActivity("test");
            var logits = model.forward(clips).cpu().to_type(ScalarType.Float32);
            rows.AddRange(logits.data<float>().ToArray().Chunk((int)logits.size(1))
                .Select(row => row.ToImmutableArray()));
        }
        return rows.ToImmutable();
    }
}

/// <summary>A fold's report after each epoch.</summary>
/// <param name="Epoch">Finished epochs, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Loss">Mean training loss of the epoch.</param>
public readonly record struct EpochProgress(int Epoch, int Epochs, float Loss);

/// <summary>A fold could not be trained to its end; the message names the epoch, the failure, and a cure.</summary>
public sealed class TrainingFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Loss or logits became NaN or infinite.</summary>
    internal static TrainingFailedException NotFinite(int epoch, string what) =>
        new($"epoch {epoch}: {what}; try a smaller learning rate or full precision");

    /// <summary>Anything else, most likely from native code.</summary>
    /// <param name="epoch">The epoch it happened in, from 1; 0 before the first.</param>
    /// <param name="error">The failure.</param>
    internal static TrainingFailedException In(int epoch, Exception error)
    {
        var cure = IsOfMemory(error)
            ? "use a smaller batch (with more AccumulationSteps the update stays the same), fewer --workers, or a " +
              "lower precision"
            : "if it fails again, report it with this sentence";
        return new($"{(epoch == 0 ? "before the first epoch" : $"epoch {epoch}")}: " +
            $"{FirstLine(error)} ({error.GetType().Name}); {cure}", error);
    }

    /// <summary>Whether memory is short, the processor's or a GPU's.</summary>
    internal static bool IsOfMemory(Exception error) => error is OutOfMemoryException
        || error.Message.Contains("memory", StringComparison.OrdinalIgnoreCase);

    /// <summary>The message without the stack that libtorch adds to its own.</summary>
    internal static string FirstLine(Exception error) => error.Message.Split('\n')[0].TrimEnd('.');
}

/// <summary>All that the next epoch of a fold depends on, and the results of the epochs before it.</summary>
internal sealed record TrainingState
{
    /// <summary>The network.</summary>
    public required Network Model { get; init; }

    /// <summary>Its optimiser.</summary>
    public required FoldOptimizer Optimizer { get; init; }

    /// <summary>The network's generator.</summary>
    public required Generator Draws { get; init; }

    /// <summary>The generator of batches and frames.</summary>
    public required CountedRandom Batches { get; init; }

    /// <summary>The generator of augmentation.</summary>
    public required CountedRandom Augmentation { get; init; }

    /// <summary>Mean training loss of each finished epoch.</summary>
    public List<float> Losses { get; } = [];

    /// <summary>Logits of the test clips after each finished epoch: epoch, clip, class.</summary>
    public List<ImmutableArray<ImmutableArray<float>>> Test { get; } = [];

    /// <summary>Attention angles after each finished epoch; empty ones for a network that learns none.</summary>
    public List<ImmutableArray<float>> Angles { get; } = [];

    /// <summary>Logits of the validation clips, likewise; empty where there are none.</summary>
    public List<ImmutableArray<ImmutableArray<float>>> HeldOut { get; } = [];
}
