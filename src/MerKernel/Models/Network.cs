using MerKernel.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A network as the trainer needs it: a batch of clips goes in, logits [N, classes] come out.</summary>
public abstract class Network : Layer<ClipBatch, Tensor>
{
    private static readonly object Building = new();

    /// <summary>
    /// Builds a network with weights drawn from a seed. Seeds the process's default generator, so builds wait for each
    /// other; the parameters belong to the network, whatever DisposeScope is open.
    /// </summary>
    /// <param name="create">Calls the network's constructor.</param>
    /// <param name="seed">Seed of the weights.</param>
    public static T Build<T>(Func<T> create, long seed) where T : nn.Module
    {
        lock (Building)
        {
            _ = Nnpack.TurnOff();
            using var scope = NewDisposeScope();
            manual_seed(seed);
            var network = create();
            foreach (var tensor in network.parameters().Concat(network.buffers())) tensor.DetachFromDisposeScope();
            return network;
        }
    }

    /// <summary>Computes something while no network is built, which draws from the default generator.</summary>
    internal static T WithoutBuilds<T>(Func<T> compute)
    {
        lock (Building) return compute();
    }

    private protected override void Demand(ClipBatch input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.DemandTensors();
    }

    /// <summary>Takes all draws of training from a generator instead of the process's default.</summary>
    /// <param name="generator">The generator, which stays the caller's.</param>
    public void UseGenerator(Generator generator)
    {
        foreach (var layer in modules().Prepend(this).OfType<IDraws>()) layer.Generator = generator;
    }

    /// <summary>
    /// Whether a training step is the same operations for every batch of a size, in every epoch; a GPU may then record
    /// it.
    /// </summary>
    public virtual bool RepeatsItself => false;

    /// <summary>
    /// Makes the draws of the next training step, which is recorded or replayed on a GPU and could not draw there.
    /// </summary>
    /// <param name="clips">Size of its batch; 0 for none, and every step draws for itself again.</param>
    /// <param name="device">Where the network lies.</param>
    public virtual void DrawAhead(long clips, Device device)
    {
    }

    /// <summary>
    /// Called once before training, to fit statistics on the training clips' action units and labels, never on the test
    /// subject's.
    /// </summary>
    /// <param name="actionUnits">[clips, 21].</param>
    /// <param name="labels">[clips], int64.</param>
    public virtual void FitStatistics(Tensor actionUnits, Tensor labels)
    {
    }

    /// <summary>The loss of a training batch, a scalar in the caller's DisposeScope.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="labels">[N], int64.</param>
    /// <param name="epoch">Epoch, from 0, for networks that are trained in stages.</param>
    public Tensor Loss(ClipBatch batch, Tensor labels, int epoch)
    {
        using var scope = NewDisposeScope();
        return LossOf(batch, labels, epoch).MoveToOuterDisposeScope();
    }

    /// <summary>Whether <see cref="LossOf"/> is not the usual one.</summary>
    internal bool KeepsItsLoss =>
        ((Func<ClipBatch, Tensor, int, Tensor>)LossOf).Method.DeclaringType != typeof(Network);

    /// <summary>Share of each label that cross entropy spreads over all classes; the trainer sets it.</summary>
    public double LabelSmoothing { get; set; }

    /// <summary>The computation of <see cref="Loss"/>: cross entropy unless the network's paper has another.</summary>
    protected virtual Tensor LossOf(ClipBatch batch, Tensor labels, int epoch) =>
        nn.functional.cross_entropy(call(batch), labels, label_smoothing: LabelSmoothing);

    /// <summary>
    /// Parameters with a learning rate and weight decay of their own; all others have the experiment's.
    /// </summary>
    public virtual IReadOnlyList<ParameterGroup> ParameterGroups => [];

    /// <summary>
    /// Attention angles that the network has learned so far, in degrees, first block first; empty for networks that
    /// learn none.
    /// </summary>
    public virtual ImmutableArray<float> Angles => [];
}

/// <summary>
/// One thread for libtorch's arithmetic on the calling thread, until disposed. Small networks are many small
/// operations, in which several threads wait for each other longer than they compute, above all where the cores are
/// busy.
/// </summary>
public readonly struct OneMathThread : IDisposable
{
    // The small profile's networks have up to 1.4 million parameters, the paper's 75.
    private const long SmallNetwork = 5_000_000;

    private readonly int before;

    /// <summary>Sets it.</summary>
    public OneMathThread()
    {
        before = get_num_threads();
        set_num_threads(1);
    }

    /// <summary>Sets it for a small network; leaves the number as it is for another.</summary>
    public static OneMathThread For(Network network) =>
        network.parameters().Sum(p => p.numel()) < SmallNetwork ? new() : default;

    /// <summary>Gives the thread its number back.</summary>
    public void Dispose()
    {
        if (before > 0) set_num_threads(before);
    }
}

/// <summary>
/// Marks an option that came after experiments were stored: where it has its default it is left out of the record, so
/// that it changes no older experiment's hash.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AddedOptionAttribute : Attribute;

/// <summary>
/// Parameters with a learning rate and weight decay of their own; the schedule's factor applies to them too.
/// </summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRate">Learning rate in the first epoch.</param>
/// <param name="WeightDecay">Weight decay.</param>
public sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay);

/// <summary>
/// A batch of clips as a network sees them. A network is given the parts that its options ask for; the rest is empty or
/// null.
/// </summary>
/// <param name="Onset">
/// Onset frames, normalised with ImageNet's constants, [N, 3, S, S]; [0, 3, S, S] where the network sees no frames.
/// </param>
/// <param name="Apex">Apex frames likewise.</param>
/// <param name="ActionUnits">
/// Active action units as 0 or 1, [N, 21]; ignored by a network without an input for them.
/// </param>
/// <param name="Input">
/// The input that <see cref="ModelOptions.Input"/> asks for, [N, ...]; null where it asks for none.
/// </param>
public sealed record ClipBatch(Tensor Onset, Tensor Apex, Tensor ActionUnits, Tensor? Input = null)
{
    /// <summary>The input that was asked for.</summary>
    /// <exception cref="InvalidOperationException">The batch was assembled for another network.</exception>
    internal Tensor Asked => Input ?? throw new InvalidOperationException(
        "The batch has no input next to its frames, but the network's options ask for one.");

    /// <summary>Refuses tensors that are not there any more, or never were.</summary>
    internal void DemandTensors()
    {
        DemandTensor(Onset, nameof(Onset));
        DemandTensor(Apex, nameof(Apex));
        DemandTensor(ActionUnits, nameof(ActionUnits));
        if (Input is not null) DemandTensor(Input, nameof(Input));
    }

    static void DemandTensor(Tensor tensor, string name)
    {
        if (tensor is null)
            throw new ArgumentException($"The batch has no {name}; give every part of it a tensor, as " +
                "MerDataset.Batch does.");
        if (tensor.IsInvalid)
            throw new ObjectDisposedException(name, $"The batch's {name} was disposed of: a batch of Batches lives " +
                "until the loop asks for the next one, and a tensor until its DisposeScope ends. Use it before, or " +
                "take MerDataset.Batch, whose tensors are yours.");
    }

    /// <summary>Refuses frames and action units of other shapes than a network of frames takes.</summary>
    /// <param name="size">Side of the frames that the network was built for.</param>
    /// <param name="units">Action units that it sees; 0 for a network that ignores them.</param>
    internal void Demand(int size, int units = 0)
    {
        var count = Onset.dim() == 4 ? Onset.size(0) : -1;
        if (!Is(Onset, count, 3, -1, -1) || !Is(Apex, count, 3, -1, -1))
            throw new ArgumentException($"The onset frames are {Shape(Onset)} and the apex frames {Shape(Apex)}; " +
                $"both are wanted as [N, 3, {size}, {size}], a clip by itself as [1, 3, {size}, {size}].");
        if (Onset.size(2) != size || Onset.size(3) != size || Apex.size(2) != size || Apex.size(3) != size)
            throw new ArgumentException($"The frames are {Apex.size(2)} x {Apex.size(3)}, but the network was built " +
                $"for {size} x {size}.");
        if (!Onset.is_floating_point() || !Apex.is_floating_point())
            throw new ArgumentException($"The frames are of type {(Onset.is_floating_point() ? Apex : Onset).dtype}; " +
                "they are wanted as float32, normalised with ImageNet's constants, as MerDataset.Batch gives them.");
        if (units > 0 && !Is(ActionUnits, count, units))
            throw new ArgumentException($"The action units are {Shape(ActionUnits)}; they are wanted as [{count}, " +
                $"{units}], a row for each clip with 1 where a unit is active: ActionUnits.ToVector makes one.");
    }

    static bool Is(Tensor tensor, params ReadOnlySpan<long> shape)
    {
        if (tensor.dim() != shape.Length) return false;
        for (var i = 0; i < shape.Length; i++)
            if (shape[i] >= 0 && tensor.size(i) != shape[i]) return false;
        return true;
    }

    static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}

/// <summary>
/// The options of a network, whichever it is. Where the action units come from is
/// the experiment's to say and no option of the network: it is built with or without an input for them.
/// </summary>
public abstract record ModelOptions
{
    /// <summary>
    /// Side in pixels of the data set's square frames; a network that works at another size resizes them. 224: paper,
    /// section 4.3.
    /// </summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Number of classes. 5: paper, section 4.1.</summary>
    public int Classes { get; init; } = 5;

    /// <summary>The network's name in a stored experiment.</summary>
    [JsonIgnore]
    public virtual string NetworkName => GetType().Name.Replace("Options", "");

    /// <summary>
    /// The version of a network of your own: change it whenever the same options compute something else, or old folds
    /// are taken for the new ones. Null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public virtual string? Version => null;

    /// <summary>Whether the network sees onset and apex frames.</summary>
    [JsonIgnore]
    public virtual bool SeesFrames => true;

    /// <summary>The network's input from a clip besides frames and action units; null for none.</summary>
    [JsonIgnore]
    public virtual ClipInput? Input => null;

    /// <summary>
    /// The cost of training on a clip in an epoch, in passes forward and back through the network as it predicts: the
    /// mean over a training.
    /// </summary>
    /// <param name="epochs">Epochs of the training.</param>
    public virtual double PassesPerEpoch(int epochs) => 1;

    /// <summary>
    /// Epochs at the start that train a first stage without the classes: no rule may choose an epoch among them, and
    /// the optimiser begins afresh after them.
    /// </summary>
    [JsonIgnore]
    public virtual int EpochsBeforeClasses => 0;

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="actionUnits">Whether the network gets an input for the 21 action units.</param>
    /// <exception cref="UserErrorException">No such network can be built.</exception>
    public abstract Network Create(long seed, bool actionUnits);
}

/// <summary>
/// A network's input from a clip besides its onset and apex. It depends only on the clip, so it is computed once for
/// a data set and kept; equal inputs of different networks are the same input.
/// </summary>
public abstract record ClipInput
{
    /// <summary>Shape of one clip's input.</summary>
    /// <param name="frameSize">Side of the data set's frames in pixels.</param>
    public abstract long[] Shape(int frameSize);

    /// <summary>Multiply-accumulates of a network that computes one clip's input; 0 where no network does.</summary>
    /// <param name="frameSize">Side of the data set's frames in pixels.</param>
    public virtual long Macs(int frameSize) => 0;

    /// <summary>Whether it takes more of a clip's files than its onset and apex frames.</summary>
    [JsonIgnore]
    public virtual bool NeedsFiles => true;

    /// <summary>
    /// Computes the input of every clip of a data set, clip by clip in the layout of <see cref="Shape"/>.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// The data set has no files behind it, or the cache folder cannot be written to.
    /// </exception>
    protected internal abstract float[] Compute(MerDataset dataset);
}

/// <summary>
/// Weights from outside that a network starts from. An experiment is known by the file's content, wherever it is.
/// </summary>
/// <param name="Sha256">The file's SHA-256 in hexadecimal digits.</param>
public sealed record PretrainedWeights(string Sha256)
{
    /// <summary>Where the file is; not part of a stored experiment.</summary>
    [JsonIgnore]
    public string? Path { get; init; }
}
