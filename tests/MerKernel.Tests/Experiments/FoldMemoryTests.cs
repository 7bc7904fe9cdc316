using MerKernel.Experiments;
using TorchSharp;

namespace MerKernel.Tests.Experiments;

[Collection(AloneCollection.Name)]
public class FoldMemoryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Nor_from_folds_that_are_stopped(int afterEpochs)
    {
        using var data = TinyDataset.Create();
        var experiment = LosoEngineTests.Tiny(data);
        using var model = experiment.Model.Create(1, actionUnits: true);
        var miscounted = model.parameters().Count();

        Stopped();
        var before = Tensors();
        for (var i = 0; i < 3; i++) Stopped();
        Assert.Equal(before + 3 * miscounted, Tensors());

        void Stopped()
        {
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => FoldRun.Train(experiment, data, "02", torch.CPU,
                progress => { if (progress.Epoch == afterEpochs) stop.Cancel(); }, stop.Token,
                started: _ => { if (afterEpochs == 0) stop.Cancel(); }));
        }
    }

    [Fact]
    public void Tensors_do_not_pile_up_from_fold_to_fold()
    {
        using var data = TinyDataset.Create();
        var experiment = LosoEngineTests.Tiny(data);
        // TorchSharp counts the tensor that a Parameter takes over as alive for ever, though its memory is freed with
        // the module.
        using var model = experiment.Model.Create(1, actionUnits: true);
        var miscounted = model.parameters().Count();

        FoldRun.Train(experiment, data, "01", torch.CPU);
        var before = Tensors();
        for (var i = 0; i < 3; i++) FoldRun.Train(experiment, data, "02", torch.CPU);
        Assert.Equal(before + 3 * miscounted, Tensors());
    }

    static long Tensors()
    {
        // What earlier tests dropped must not be finalised between the two counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
