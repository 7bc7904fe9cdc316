using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Tests.Baselines;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Placement;

/// <summary>
/// Every network of Tables 1 to 7 on devices that are not the processor, so that nothing that a GPU would trip over
/// waits for one: all that a network, its batches and its optimiser hold has to move, and all that they make has to be
/// made where they lie.
/// </summary>
[Collection(AloneCollection.Name)]
public class PlacementTests
{
    public static TheoryData<string> Keys => [.. Tables.Methods.Select(m => m.Key)];

    /// <summary>
    /// One of each network, without the vision transformers: from unbind, which they need, libtorch's lazy device
    /// returns the processor's tensors.
    /// </summary>
    public static TheoryData<string> LazyKeys =>
        [.. Tables.Methods.Select(m => m.Key).Except(["vit", "mmnet", "micron-bert"])
            .DistinctBy(key => (ExperimentOf(key).Model, ExperimentOf(key).ActionUnits == ActionUnitSource.None))];

    /// <summary>What a network holds, its optimiser's state, and an update by each optimiser, on meta.</summary>
    [Theory]
    [MemberData(nameof(Keys))]
    public void A_network_and_its_updates_lie_where_they_were_moved(string key)
    {
        var experiment = ExperimentOf(key);
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            using var network = Create(experiment);
            network.to(Devices.Meta);
            using var optimizer = new FoldOptimizer(network, experiment.Training with { Optimizer = kind });
            network.DrawAhead(4, Devices.Meta);
            optimizer.ZeroGradients();
            optimizer.Step(1e-3);
            Assert.Empty(HeldTensors.NotOn(DeviceType.META, network, optimizer));
            // Else the search would find nothing wherever it lay.
            Assert.Superset(network.parameters().Select(p => p.Handle).ToHashSet(),
                HeldTensors.Of(network).Select(held => held.Tensor.Handle).ToHashSet());
        }
    }

    /// <summary>Loss, gradients, and logits in evaluation, on the lazy device.</summary>
    [Theory]
    [MemberData(nameof(LazyKeys))]
    public void A_network_trains_and_predicts_where_it_was_moved(string key)
    {
        using var scope = NewDisposeScope();
        var experiment = ExperimentOf(key);
        // Stochastic depth needs unbind too.
        var model = experiment.Model is MerNetOptions own ? own with { StochasticDepth = 0 } : experiment.Model;
        Passes.On(Devices.Lazy, () => Create(experiment with { Model = model }),
            BaselineBatches.Random(experiment.Model, 4));
    }

    /// <summary>
    /// Made without naming a device, a tensor lands on the default one, which has no numbers here; a kernel that writes
    /// there ends the process.
    /// </summary>
    [Theory]
    [MemberData(nameof(Keys))]
    public void A_step_makes_no_tensor_without_saying_where(string key)
    {
        using var scope = NewDisposeScope();
        var experiment = ExperimentOf(key);
        using var network = Create(experiment);
        network.train();
        using var draws = new Generator(1, CPU);
        network.UseGenerator(draws);
        var batch = BaselineBatches.Random(experiment.Model, 4);
        var labels = arange(4, ScalarType.Int64);
        network.FitStatistics(batch.ActionUnits, labels);
        // The first step makes what is made once and moved.
        network.Loss(batch, labels, 0).backward();
        set_default_device(Devices.Meta);
        try
        {
            var loss = network.Loss(batch, labels, 0);
            loss.backward();
            Assert.Empty(HeldTensors.NotOn(DeviceType.CPU, network, loss));
        }
        finally
        {
            set_default_device(CPU);
        }
    }

    /// <summary>Batches of exact frames and of augmented ones.</summary>
    [Fact]
    public void A_batch_is_assembled_and_augmented_on_another_device_as_on_the_processor()
    {
        using var scope = NewDisposeScope();
        using var data = TinyDataset.Create();
        var (here, there) = (Batches(CPU), Batches(Devices.Lazy));
        foreach (var (expected, found) in here.Zip(there))
            Assert.True(allclose(expected, found, rtol: 1e-4, atol: 1e-4));

        Tensor[] Batches(Device device)
        {
            using var pairs = new PairSource(data, data.Labels,
                [.. data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))], device);
            var augmentation = new Augmentation(new AugmentationOptions(), data.Size, new Random(1));
            PairBatch[] batches = [pairs.Exact([0, 3, 5]),
                pairs.Augmented([1, 2, 4, 7], jitter: true, augmentation, new Random(2))];
            Assert.Empty(HeldTensors.NotOn(device.type, pairs, batches));
            return [.. batches.SelectMany(b => b.Tensors).Select(t => t.cpu())];
        }
    }

    static Network Create(Experiment experiment) =>
        experiment.Model.Create(1, experiment.ActionUnits != ActionUnitSource.None);

    static Experiment ExperimentOf(string key) =>
        Tables.Named(key)
            .Of(new Experiment { Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Model = Profile.Tiny.Model },
                Profile.Tiny);
}
