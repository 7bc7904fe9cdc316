using System.Diagnostics;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Gpu;

/// <summary>Where and at which size things are measured.</summary>
sealed record Setting(Device Device, bool Tiny)
{
    public bool OnGpu => Device.type == DeviceType.CUDA;

    public MerNetOptions Model =>
        Tiny ? new MerNetOptions { InputSize = 32, WidthDivisor = 16, WindowSize = 4 } : new MerNetOptions();

    /// <summary>Waits for all that was started.</summary>
    public void Wait()
    {
        if (OnGpu) cuda.synchronize(Device);
    }

    /// <summary>Seconds of work that has been done a few times before.</summary>
    public double Seconds(Action work)
    {
        Wait();
        var clock = Stopwatch.StartNew();
        work();
        Wait();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>A batch of random clips.</summary>
    public PairBatch Batch(MerNetOptions model, int clips, Device device, int seed = 1)
    {
        using var scope = NewDisposeScope();
        using var draws = new Generator((ulong)seed, CPU);
        long[] shape = [clips, 3, model.InputSize, model.InputSize];
        var onset = randn(shape, generator: draws);
        var apex = onset + 0.3 * randn(shape, generator: draws);
        var units = rand([clips, FusionHead.ActionUnitCount], generator: draws).lt(0.2).to(ScalarType.Float32);
        var labels = randint(0, model.Classes, [clips], generator: draws).to(ScalarType.Int64);
        Tensor Of(Tensor tensor) => tensor.to(device).DetachFromDisposeScope();
        return new PairBatch(new ClipBatch(Of(onset), Of(apex), Of(units)), Of(labels));
    }
}
