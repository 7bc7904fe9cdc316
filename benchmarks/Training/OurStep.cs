using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Training;

/// <summary>Training steps (forward, loss, backward, AdamW) of the full network on one batch of random frames, as the trainer does them.</summary>
sealed class OurStep : IDisposable
{
    readonly MerNet _model;
    readonly FoldOptimizer _optimizer;
    readonly Generator _draws = new(1);
    readonly PairBatch _batch;
    readonly DisposeScope _scope = NewDisposeScope();

    public OurStep(MerNetOptions options, int clips)
    {
        _model = MerNet.Create(options, 1);
        _model.UseGenerator(_draws);
        _model.train();
        _optimizer = new FoldOptimizer(_model, new TrainingOptions());
        var size = options.InputSize;
        var onset = randn(clips, 3, size, size);
        _batch = new PairBatch(
            new ClipBatch(onset, onset + 0.3 * randn(clips, 3, size, size), rand(clips, FusionHead.ActionUnitCount).lt(0.2).to(ScalarType.Float32)),
            randint(0, options.Classes, clips));
    }

    /// <summary>One step.</summary>
    public void Run()
    {
        using var step = NewDisposeScope();
        _optimizer.ZeroGradients();
        _model.Loss(_batch.Clips, _batch.Labels, 0).backward();
        _optimizer.Step(1e-5);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
        _draws.Dispose();
    }
}
