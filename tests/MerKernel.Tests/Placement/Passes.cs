using System.Runtime.ExceptionServices;
using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;

namespace MerKernel.Tests.Placement;

/// <summary>A network's way through training and evaluation on a device.</summary>
internal static class Passes
{
    /// <summary>
    /// Statistics, loss, gradients, and logits in evaluation. Raises where something is left on the processor: libtorch
    /// refuses it, a kernel for processors is asked, or a tensor that the network holds or makes has not moved.
    /// </summary>
    /// <param name="device">Where everything is to happen.</param>
    /// <param name="create">Builds the network.</param>
    /// <param name="batch">Four clips, on the processor.</param>
    public static void On(Device device, Func<Network> create, ClipBatch batch)
    {
        // What the lazy device notes down of a step is one deep graph, which may be walked and freed recursively:
        // a stack with room for it.
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Pass(device, create, batch);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, maxStackSize: 512 << 20);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    static void Pass(Device device, Func<Network> create, ClipBatch batch)
    {
        using var network = create();
        network.to(device);
        network.train();
        using var draws = new Generator(1, CPU);
        network.UseGenerator(draws);
        using var scope = NewDisposeScope();
        Tensor Of(Tensor tensor) => tensor.to(device);
        var clips = new ClipBatch(Of(batch.Onset), Of(batch.Apex), Of(batch.ActionUnits),
            batch.Input is { } input ? Of(input) : null);
        var labels = Of(arange(4, ScalarType.Int64));
        using var refused = new NoProcessor();
        network.FitStatistics(clips.ActionUnits, labels);
        var loss = network.Loss(clips, labels, 0);
        loss.backward();
        network.eval();
        // Not inference mode as in the trainer, whose tensors the lazy device cannot cut into views.
        using var quiet = no_grad();
        var logits = network.call(clips);
        Assert.Equal(batch.ActionUnits.size(0), logits.size(0));
        Assert.Empty(HeldTensors.NotOn(device.type, network, clips, loss, logits));
    }

    /// <summary>Until disposed, whoever asks for an operation on the processor's tensors is refused.</summary>
    sealed class NoProcessor : IOps, IDisposable
    {
        readonly IOps? _before = Ops.Of(DeviceType.CPU);

        public NoProcessor() => Ops.Use(DeviceType.CPU, this);

        public void Dispose() => Ops.Use(DeviceType.CPU, _before);

        public string Name => "none";

        static InvalidOperationException Refused(string operation) =>
            new($"{operation} was asked for on the processor");

        public Tensor Linear(Tensor tokens, Tensor weight, Tensor? bias) => throw Refused("Linear");

        public Tensor BiasGelu(Tensor x, Linear linear) => throw Refused("BiasGelu");

        public (Tensor Sum, Tensor Normed)? AddLayerNorm(Tensor sum, Tensor branch, Tensor? factor, LayerNorm norm) =>
            throw Refused("AddLayerNorm");

        public Tensor Images(Tensor images) => throw Refused("Images");

        public Tensor BatchNormRelu(Tensor x, BatchNorm norm) => throw Refused("BatchNormRelu");

        public Tensor WindowAttention(Tensor x, Linear qkv, Tensor table, Windows windows) =>
            throw Refused("WindowAttention");

        public Tensor Frames(Tensor frames, Tensor rows, Tensor? maps, Tensor scale, Tensor shift) =>
            throw Refused("Frames");

        public bool AdamW(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances) =>
            throw Refused("AdamW");
    }
}
