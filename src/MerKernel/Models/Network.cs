using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>What the trainer needs of a network: a batch of clips goes in, logits [N, classes] come out.</summary>
public abstract class Network(string name) : nn.Module<ClipBatch, Tensor>(name)
{
    private static readonly object Building = new();

    /// <summary>
    /// Builds a network with weights drawn from a seed. Seeds the process's default generator, so builds wait for each other; the
    /// parameters belong to the network, whatever DisposeScope is open.
    /// </summary>
    /// <param name="create">Calls the network's constructor.</param>
    /// <param name="seed">Seed of the weights.</param>
    protected internal static T Build<T>(Func<T> create, long seed) where T : nn.Module
    {
        lock (Building)
        {
            using var scope = NewDisposeScope();
            manual_seed(seed);
            var network = create();
            foreach (var tensor in network.parameters().Concat(network.buffers()))
            {
                tensor.DetachFromDisposeScope();
            }

            return network;
        }
    }

    /// <summary>Takes all draws of training from a generator instead of the process's default.</summary>
    /// <param name="generator">The generator, which stays the caller's.</param>
    public virtual void UseGenerator(Generator generator)
    {
        foreach (var dropout in modules().OfType<SeededDropout>())
        {
            dropout.Generator = generator;
        }
    }

    /// <summary>Whether a training step is the same operations for every batch of a size, in every epoch; a GPU may then record it.</summary>
    public virtual bool RepeatsItself => false;

    /// <summary>Makes the draws of the next training step, which is recorded or replayed on a GPU and could not draw there.</summary>
    /// <param name="clips">Size of its batch.</param>
    /// <param name="device">Where the network lies.</param>
    public virtual void DrawAhead(long clips, Device device)
    {
    }

    /// <summary>Called once before training with what a network may count in advance: the training clips' action units and labels, nothing of the test subject.</summary>
    /// <param name="actionUnits">[clips, 21].</param>
    /// <param name="labels">[clips], int64.</param>
    public virtual void SeeTraining(Tensor actionUnits, Tensor labels)
    {
    }

    /// <summary>The loss of a training batch, a scalar; cross entropy unless the network's paper has another.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="labels">[N], int64.</param>
    /// <param name="epoch">Epoch, from 0, for networks that are trained in stages.</param>
    public virtual Tensor Loss(ClipBatch batch, Tensor labels, int epoch) => nn.functional.cross_entropy(call(batch), labels);

    /// <summary>Parameters that are trained at rates of their own; all others at the experiment's.</summary>
    public virtual IReadOnlyList<ParameterGroup> OwnRates => [];

    /// <summary>Attention angles that the network has learned so far, in degrees, first block first; empty for networks that learn none.</summary>
    public virtual ImmutableArray<float> Angles => [];
}
