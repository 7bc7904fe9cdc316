using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Baselines;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Tests.Experiments;

/// <summary>Every compared system through the whole of a fold.</summary>
[Collection(AloneCollection.Name)]
public class PeersTests
{
    static readonly TrainingOptions Adam = new()
    {
        Optimizer = OptimizerKind.Adam, WeightDecay = 0, AccumulationSteps = 1, BatchSize = 9, LearningRateDecay = 1,
        Augmentation = AugmentationOptions.None, FrameJitter = false
    };

    public static IEnumerable<object[]> Learners =>
    [
        [new MmNetOptions { WidthDivisor = 16 }, Adam with { Epochs = 30, LearningRate = 1e-3 }],
        [new StstNetOptions(), Adam with { Epochs = 80, LearningRate = 5e-3 }],
        [new OffApexNetOptions(), Adam with { Epochs = 10, LearningRate = 5e-4 }],
        [new DssnOptions { FlowSize = 67 }, Adam with { Epochs = 8, LearningRate = 5e-4 }],
        [new TscnnOptions { WidthDivisor = 8 }, Adam with { Epochs = 15, LearningRate = 3e-3 }],
        [new GraphTcnOptions { Hidden = 16 }, Adam with { Epochs = 20, LearningRate = 3e-3 }],
        [new AuGcnOptions(), Adam with { Epochs = 20, LearningRate = 1e-3 }],
        [new AmanOptions { Frames = 3, Versions = 2, WidthDivisor = 8 },
            Adam with { Optimizer = OptimizerKind.RmsProp, Epochs = 12, LearningRate = 1e-3 }],
        [new MiMaNetOptions { AssumedFrames = 3, WidthDivisor = 8 }, Adam with { Epochs = 12, LearningRate = 1e-3 }],
        [new MersiamC3dOptions { AssumedSide = 24, WidthDivisor = 16, AssumedPairEpochs = 4 },
            Adam with { Epochs = 20, LearningRate = 2e-3 }],
        [new RcnAOptions { FlowSize = 32, Channels = 16 },
            Adam with { Optimizer = OptimizerKind.Sgd, Epochs = 30, LearningRate = 1e-2 }],
        [new SssNetOptions { FlowSize = 28, WidthDivisor = 4 }, Adam with { Epochs = 40, LearningRate = 2e-3 }],
        [new MicronBertOptions { Width = 32, LocalCrops = 2, PretrainingEpochs = 4 },
            Adam with { Epochs = 34, LearningRate = 2e-3 }],
    ];

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_network_learns_what_separates_the_classes(ModelOptions model, TrainingOptions training)
    {
        using var data = TinyDataset.Create(subjects: 4, clipsPerSubject: 9);
        // From its first seed MMNet ends at six clips; from the seven after it at nine.
        var fold = FoldRun.Train(Experiment(data, model, training) with { Seed = 2 }, data, "04", torch.CPU);
        // Nine clips of three classes: one who guesses has seven or more right once in 120.
        Assert.True(
            Enumerable.Range(0, 9).Count(i => fold.At(training.Epochs - 1).Predictions[i] == fold.Labels[i]) >= 7,
            string.Join(' ', fold.At(training.Epochs - 1).Predictions));
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_fold_is_the_same_whatever_runs_beside_it(ModelOptions model, TrainingOptions training)
    {
        using var data = TinyDataset.Create();
        var experiment = Experiment(data, model, training with { Epochs = model.EpochsBeforeClasses + 2 });
        byte[] Fold(int workers)
        {
            using var folder = new TemporaryFolder();
            var store = new RunStore(folder.Path);
            Assert.Empty(new LosoEngine(store) { Workers = workers }.Run([experiment], data));
            return File.ReadAllBytes(store.FoldPath(ExperimentHash.Of(experiment), "02"));
        }
        Assert.Equal(Fold(1), Fold(3));
    }

    [Fact]
    public void Each_epoch_stores_the_angle_that_each_block_has_learned()
    {
        using var data = TinyDataset.Create();
        var tiny = LosoEngineTests.Tiny(data);
        var fold = FoldRun.Train(tiny.WithModel(m => m with { Attention = AttentionDirection.Learned }), data, "01",
            torch.CPU);
        Assert.Equal(tiny.Training.Epochs, fold.Angles!.Value.Length);
        Assert.All(fold.Angles.Value, epoch => Assert.Equal(4, epoch.Length));
        Assert.All(fold.Angles.Value[^1], angle => Assert.NotEqual(LearnedDirection.StartDegrees, angle));
        Assert.Null(FoldRun.Train(tiny, data, "01", torch.CPU).Angles);
    }

    [Fact]
    public void A_stored_experiment_reads_back_with_its_network()
    {
        foreach (var peer in Peers.All)
        {
            var experiment = new Experiment
            {
                Dataset = DatasetId.CasmeII, DatasetFingerprint = "f", Model = peer.Model(Profile.Small),
                ActionUnits = ActionUnitSource.None, Training = peer.Training(Profile.Small)
            };
            using var folder = new TemporaryFolder();
            var store = new RunStore(folder.Path);
            store.Save(experiment);
            Assert.Equal(experiment, Assert.Single(store.Experiments()));
        }
    }

    static Experiment Experiment(MerDataset data, ModelOptions model, TrainingOptions training) => new()
    {
        Dataset = data.Id, DatasetFingerprint = data.Fingerprint, Training = training,
        ActionUnits = ActionUnitSource.None,
        Model = model with { InputSize = data.Size, Classes = data.Classes.Length },
    };
}
