using MerKernel.Cuda;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Gpu;

/// <summary>
/// Training steps as the trainer does them, on one batch of random clips; to be used on the thread that made it.
/// </summary>
sealed class Steps : IDisposable
{
    readonly CudaStream? _stream;
    readonly MerNet _model;
    readonly FoldOptimizer _optimizer;
    readonly Generator _draws = new(1, CPU);
    readonly TrainingStep _step;
    readonly PairBatch _batch;
    readonly Setting _setting;

    public Steps(Setting setting, MerNetOptions options, int clips, Precision precision, int parts = 1)
    {
        _setting = setting;
        _stream = CudaStream.On(setting.Device);
        _model = MerNet.Create(options, 1);
        _model.to(setting.Device);
        _model.UseGenerator(_draws);
        _model.train();
        _optimizer = new FoldOptimizer(_model, new TrainingOptions());
        _step = new TrainingStep(_model, precision, setting.Device);
        _batch = setting.Batch(options, clips, setting.Device);
        Run(3, parts);
        setting.Wait();
    }

    /// <summary>Why steps are launched operation by operation, if they could be recorded.</summary>
    public string? NotRecorded => _step.NotRecorded;

    /// <summary>Starts steps; with several parts, each followed by its share of updates.</summary>
    public void Run(int steps, int parts = 1)
    {
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            if (i % parts == 0) _optimizer.ZeroGradients();
            _step.Run(_batch, parts, 0);
            if (i % parts == parts - 1) _optimizer.Step(1e-5);
        }
    }

    /// <summary>Seconds of a step, the least of several takes.</summary>
    public double Seconds(int steps, int takes = 3, int parts = 1) =>
        Enumerable.Range(0, takes).Min(_ => _setting.Seconds(() => Run(steps, parts)) / steps);

    public void Dispose()
    {
        _step.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
        foreach (var tensor in _batch.Tensors) tensor.Dispose();
        _draws.Dispose();
        _stream?.Dispose();
    }
}
