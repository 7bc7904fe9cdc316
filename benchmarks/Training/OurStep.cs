using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Training;

/// <summary>
/// Training steps (forward, loss, backward, AdamW) of the full network on one batch of random frames, as the trainer
/// does them.
/// </summary>
sealed class OurStep : ISteps
{
    readonly MerNet _model;
    readonly FoldOptimizer _optimizer;
    readonly Generator _draws = new(1);
    readonly PairBatch _batch;
    readonly Precision _precision;
    readonly int _threads;

    public OurStep(MerNetOptions options, int clips, int threads, Precision precision = Precision.Single)
    {
        (_precision, _threads) = (precision, threads);
        _model = MerNet.Create(options, 1);
        _model.UseGenerator(_draws);
        _model.train();
        _optimizer = new FoldOptimizer(_model, new TrainingOptions());
        var size = options.InputSize;
        using var scope = NewDisposeScope();
        var onset = randn(clips, 3, size, size);
        var apex = onset + 0.3 * randn(clips, 3, size, size);
        var units = rand(clips, FusionHead.ActionUnitCount).lt(0.2).to(ScalarType.Float32);
        _batch = new PairBatch(new ClipBatch(onset.DetachFromDisposeScope(), apex.DetachFromDisposeScope(),
            units.DetachFromDisposeScope()),
            randint(0, options.Classes, clips).DetachFromDisposeScope());
    }

    void Run()
    {
        using var step = NewDisposeScope();
        _optimizer.ZeroGradients();
        Loss().backward();
        _optimizer.Step(1e-5);
    }

    /// <inheritdoc/>
    public double Seconds(int steps) => Clock.Seconds(_threads, () =>
    {
        for (var i = 0; i < steps; i++) Run();
    });

    Tensor Loss()
    {
        using var precision = Autocast.In(_precision, CPU);
        return _model.Loss(_batch.Clips, _batch.Labels, 0);
    }

    public void Dispose()
    {
        foreach (var tensor in _batch.Tensors) tensor.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
        _draws.Dispose();
    }
}
