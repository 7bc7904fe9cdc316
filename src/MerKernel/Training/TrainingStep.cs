using MerKernel.Cuda;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// Forward and backward of one batch. On a GPU, the steps of a network that always does the same are recorded once for
/// each size of batch and then replayed: launched one by one, their operations would keep the GPU waiting.
/// </summary>
/// <param name="model">The network in training.</param>
/// <param name="precision">Number format of its arithmetic.</param>
/// <param name="device">Where it lies.</param>
/// <param name="own">A loss in the place of the network's, or null.</param>
internal sealed class TrainingStep(Network model, Precision precision, Device device, Loss? own = null) : IDisposable
{
    readonly Dictionary<(long Clips, int Parts), Recording?> _recordings = [];
    bool _records = own is null && device.type == DeviceType.CUDA && model.RepeatsItself && CudaGraph.Supported
        && Environment.GetEnvironmentVariable(Switch) != "0";

    /// <summary>Set to 0, this environment variable has every operation launched by itself.</summary>
    public const string Switch = "MER_CUDA_GRAPHS";

    /// <summary>
    /// Why steps are not recorded although they could be; null while they are, or where nothing is to be recorded.
    /// </summary>
    public string? NotRecorded { get; private set; }

    /// <summary>Adds the gradients of a batch to those that are there.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="parts">Batches whose gradients are averaged.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <returns>The batch's loss, a scalar without gradient; valid until the next step.</returns>
    public Tensor Run(PairBatch batch, int parts, int epoch)
    {
        if (!_records) return Backward(batch, parts, epoch);
        model.DrawAhead(batch.Labels.size(0), device);
        var key = (batch.Labels.size(0), parts);
        // The first batch of a size lets the libraries choose their algorithms, which cannot be recorded.
        if (_recordings.TryAdd(key, null)) return Backward(batch, parts, epoch);
        if (_recordings[key] is not { } recording)
        {
            try
            {
                var first = _recordings.Values.FirstOrDefault(r => r is not null)?.Graph;
                _recordings[key] = recording = new Recording(batch, own => Backward(own, parts, epoch), first);
            }
            catch (Exception e) when ((e is UserErrorException ? e.InnerException : e) is InvalidOperationException
                or System.Runtime.InteropServices.ExternalException)
            {
                (_records, NotRecorded) = (false, e.Message);
                var loss = Backward(batch, parts, epoch);
                model.DrawAhead(0, device);
                return loss;
            }
        }

        return recording.Replay(batch);
    }

    Tensor Backward(PairBatch batch, int parts, int epoch)
    {
        // The graph goes with the loss.
        using var scope = NewDisposeScope();
        Tensor loss;
        using (Autocast.In(precision, device))
        {
            const string fails = "The network fails in training";
            if (own is null)
                loss = NetworkCheck.Of(model, fails, NetworkCheck.AsNetwork,
                    () => model.Loss(batch.Clips, batch.Labels, epoch));
            else
            {
                var logits = NetworkCheck.Of(model, fails, NetworkCheck.AsNetwork, () => model.call(batch.Clips));
                loss = NetworkCheck.Of(own, $"The loss {own.Name} fails", "It is given logits [clips, classes], " +
                    "labels [clips] and the epoch from 0, and returns one number, a tensor with gradients.",
                    () => own.Of(logits, batch.Labels, epoch));
            }
        }
        if (WhyNot(loss) is { } why)
            throw new UserErrorException($"The loss {(own is null ? $"of {model.GetType().Name}" : own.Name)} {why}.")
            {
                IsOfExperiment = true
            };
        // A Scalar that is only an argument may be finalised while libtorch reads it.
        using Scalar number = parts;
        (parts == 1 ? loss : loss.div(number)).backward();
        return loss.detach().MoveToOuterDisposeScope();
    }

    /// <summary>Why a loss has no gradients to train with, and the cure; null where it has.</summary>
    internal static string? WhyNot(Tensor? loss) =>
        loss is null ? "is null; return a scalar"
        : loss.numel() != 1 ? $"is [{string.Join(", ", loss.shape)}] and not one number; take its mean()"
        : !loss.requires_grad ? "depends on no weight of the network: somewhere it is detached, computed without " +
            "gradients, or from argmax or item(); compute it from the logits by operations that have gradients"
        : null;

    public void Dispose()
    {
        foreach (var recording in _recordings.Values) recording?.Dispose();
    }

    /// <summary>A recorded step with the tensors that it reads and writes.</summary>
    sealed class Recording : IDisposable
    {
        readonly PairBatch _batch;
        readonly Tensor _loss;

        public Recording(PairBatch like, Func<PairBatch, Tensor> step, CudaGraph? shareWith)
        {
            _batch = like.Detached(t => t.clone());
            Tensor? loss = null;
            Graph = CudaGraph.Record(() => loss = step(_batch).DetachFromDisposeScope(), shareWith);
            _loss = loss!;
        }

        public CudaGraph Graph { get; }

        public Tensor Replay(PairBatch batch)
        {
            foreach (var (own, other) in _batch.Tensors.Zip(batch.Tensors)) own.copy_(other);
            Graph.Replay();
            return _loss;
        }

        public void Dispose()
        {
            _loss.Dispose();
            foreach (var tensor in _batch.Tensors) tensor.Dispose();
            Graph.Dispose();
        }
    }
}
