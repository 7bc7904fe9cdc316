using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Tests.Experiments;
using MerKernel.Training;
using TorchSharp;
using Parameter = TorchSharp.Modules.Parameter;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

/// <summary>
/// What the trainer hands to a network, a loss and an optimiser, as these write it down: order, weights of batches,
/// stages, frozen parameters, whose units.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class TrainerTests
{
    // Of the fold that leaves 02 out: 12 clips in batches of 5, 5 and 2.
    static readonly List<long[]> s_labels = [];
    static readonly List<int> s_updates = [];
    static readonly List<float[]> s_units = [];

    public TrainerTests()
    {
        s_labels.Clear();
        s_updates.Clear();
        s_units.Clear();
    }

    sealed record NotingOptions(string What) : ModelOptions
    {
        public override int EpochsBeforeClasses => What == "two stages" ? 2 : 0;
        public override Network Create(long seed, bool actionUnits) => What == "unseeded"
            ? new Noting(this) : Network.Build(() => new Noting(this), seed);
    }

    sealed class Noting : Network
    {
        readonly nn.Module<Tensor, Tensor> fc, lower;
        readonly nn.Module? inside;
        readonly string what;

        public Noting(NotingOptions options)
        {
            (what, fc, lower) = (options.What, nn.Linear(3, options.Classes), nn.Linear(3, 3));
            inside = what == "LSTM" ? nn.LSTM(3, 3, numLayers: 2, dropout: 0.5) : null;
            if (what == "frozen group") foreach (var p in lower.parameters()) p.requires_grad = false;
            RegisterComponents();
        }

        public override IReadOnlyList<ParameterGroup> ParameterGroups => what == "frozen group"
            ? [new([.. lower.parameters().Concat(fc.parameters()).OfType<Parameter>()], 0.01, 0.5)] : [];

        protected override Tensor Forward(ClipBatch clips)
        {
            if (!training && clips.ActionUnits.numel() > 0)
                s_units.AddRange(clips.ActionUnits.data<float>().ToArray().Chunk(ActionUnits.Used.Length));
            var x = lower.call((clips.Apex - clips.Onset).mean([2, 3]));
            if (inside is TorchSharp.Modules.LSTM lstm) x = lstm.call(x.unsqueeze(0)).Item1.squeeze(0);
            if (what == "functional dropout") x = nn.functional.dropout(x, 0.5, training);
            return fc.call(x);
        }

        public Tensor Lower => lower.parameters().First();
    }

    sealed record NotingLoss : Loss
    {
        public override Tensor Of(Tensor logits, Tensor labels, int epoch)
        {
            s_labels.Add(labels.data<long>().ToArray());
            return logits.sum() * 0 + (float)labels.size(0);
        }
    }

    sealed record NotingOptimizer : OwnOptimizer
    {
        public override FlatOptimizer Create(IEnumerable<Parameter> parameters, double weightDecay) =>
            new Steps(parameters);

        sealed class Steps(IEnumerable<Parameter> parameters) : FlatOptimizer(parameters)
        {
            public override IReadOnlyList<(string Name, Tensor Value)> State => [];

            protected override void Update(double learningRate) => s_updates.Add(Updates);
        }
    }

    static Experiment Of(MerDataset data, string what, int epochs = 2) =>
        LosoEngineTests.Tiny(data).With(new NotingOptions(what)) with
        {
            Training = new TrainingOptions
            {
                Epochs = epochs, BatchSize = 5, AccumulationSteps = 1, Augmentation = AugmentationOptions.None
            },
        };

    [Fact]
    public void Batches_come_in_the_data_sets_order_where_that_is_asked_for_and_count_by_their_clips()
    {
        using var data = TinyDataset.Create();
        var asked = Of(data, "");
        var fold = FoldRun.Train(asked with
        {
            Training = asked.Training with { KeepsOrder = true, Loss = new NotingLoss() }
        }, data, "02", CPU);
        long[] inOrder = [.. Enumerable.Range(0, 18).Where(i => data.Clips[i].Subject != "02")
            .Select(i => (long)data.Labels[i])];
        Assert.Equal([.. inOrder, .. inOrder], s_labels.SelectMany(l => l));
        Assert.Equal([5, 5, 2, 5, 5, 2], s_labels.Select(l => l.Length));
        // The loss of a batch is its size: (5 * 5 + 5 * 5 + 2 * 2) / 12.
        Assert.Equal([4.5f, 4.5f], fold.TrainingLoss.AsEnumerable());

        s_labels.Clear();
        FoldRun.Train(asked with { Training = asked.Training with { Loss = new NotingLoss() } }, data, "02", CPU);
        Assert.NotEqual([.. inOrder, .. inOrder], s_labels.SelectMany(l => l));
    }

    [Fact]
    public void The_optimiser_begins_afresh_when_the_classes_come_and_no_stage_may_be_left_out()
    {
        using var data = TinyDataset.Create();
        Experiment Staged(int epochs)
        {
            var staged = Of(data, "two stages", epochs);
            return staged with { Training = staged.Training with { OwnOptimizer = new NotingOptimizer() } };
        }
        var fold = FoldRun.Train(Staged(3), data, "02", CPU);
        Assert.Equal([1, 2, 3, 4, 5, 6, 1, 2, 3], s_updates);
        Assert.Equal(2, fold.EpochsBeforeClasses);
        foreach (var experiment in (Experiment[])[Staged(2), Of(data, "").With(new MicronBertOptions())])
        {
            var refused = Assert.Throws<UserErrorException>(() => FoldRun.Train(experiment, data, "02", CPU));
            Assert.Contains("its classifier would never be trained", refused.Message);
            Assert.True(refused.IsOfExperiment);
        }
    }

    [Fact]
    public void A_frozen_parameter_stays_as_it_is_in_a_group_with_weight_decay_too()
    {
        using var data = TinyDataset.Create();
        float[] before = [], after = [];
        FoldRun.Train(Of(data, "frozen group"), data, "02", CPU,
            finished: (network, _) => after = ((Noting)network).Lower.data<float>().ToArray(),
            started: network => before = ((Noting)network).Lower.data<float>().ToArray());
        Assert.NotEmpty(before);
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData("LSTM"), InlineData("functional dropout")]
    public void Draws_from_the_generator_that_all_folds_share_are_refused(string what)
    {
        using var data = TinyDataset.Create();
        var refused = Assert.Throws<UserErrorException>(() => FoldRun.Train(Of(data, what), data, "02", CPU));
        Assert.StartsWith("The network draws from the generator that all folds share", refused.Message);
    }

    [Fact]
    public void Weights_come_from_the_seed_where_an_own_Create_draws_them_as_they_come()
    {
        using var data = TinyDataset.Create();
        float[][] Logits(long other)
        {
            manual_seed(other);
            var fold = FoldRun.Train(Of(data, "unseeded"), data, "02", CPU);
            return [.. fold.Logits[^1].Select(l => l.ToArray())];
        }
        Assert.Equal(Logits(1), Logits(2));
    }

    /// <summary>Other workers build theirs, which seeds and draws from that generator.</summary>
    [Fact]
    public void Networks_that_are_built_meanwhile_are_not_taken_for_draws()
    {
        using var data = TinyDataset.Create();
        var done = false;
        var builds = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
                MerNet.Create(new MerNetOptions { InputSize = 48, WidthDivisor = 16, WindowSize = 4 }, 1).Dispose();
        });
        builds.Start();
        try
        {
            for (var i = 0; i < 20; i++) FoldRun.Train(Of(data, "", epochs: 1), data, "02", CPU);
        }
        finally
        {
            Volatile.Write(ref done, true);
            builds.Join();
        }
    }

    [Fact]
    public void Options_that_no_network_can_be_built_with_are_the_experiments_fault()
    {
        using var data = TinyDataset.Create();
        var refused = Assert.Throws<UserErrorException>(() =>
            FoldRun.Train(LosoEngineTests.Tiny(data).With(new MersiamC3dOptions
            {
                WidthDivisor = 0, AssumedPairEpochs = 1
            }), data, "02", CPU));
        Assert.StartsWith("The network cannot be built with its options: ", refused.Message);
        Assert.True(refused.IsOfExperiment);
    }

    /// <summary>They choose the epoch; with the coders' units they would choose it for other inputs.</summary>
    [Fact]
    public void Validation_clips_are_seen_with_the_detectors_units_as_the_test_clips_are()
    {
        using var tiny = TinyDataset.Create();
        // Units that no detector can find.
        var random = new Random(3);
        using var data = TinyDataset.Changed(tiny, clips: [.. tiny.Clips.Select(c => c with
        {
            ActionUnits = [.. ActionUnits.Used.Where(_ => random.Next(2) == 0).Select(u => new ActionUnit(u))]
        })]);
        var experiment = Of(data, "", epochs: 1) with { DatasetFingerprint = data.Fingerprint };
        experiment = experiment with { ActionUnits = ActionUnitSource.Predicted, HeldOutSubjects = 1 };
        float[][] found = [];
        var fold = FoldRun.Train(experiment, data, "02", CPU, finished: (_, detector) =>
        {
            using var scope = NewDisposeScope();
            found = [.. detector!.Detect(ActionUnitDetector.Input(data))];
        });
        Assert.NotEmpty(fold.HeldOutLabels);
        // Besides the two training clips that the network is tried on.
        var tested = s_units.Skip(2).ToList();
        Assert.Equal(6 + fold.HeldOutLabels.Length, tested.Count);
        Assert.All(tested, units => Assert.Contains(found, f => f.SequenceEqual(units)));
        var coded = data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits)).ToList();
        Assert.All(tested, units => Assert.DoesNotContain(coded, c => c.SequenceEqual(units)));
    }
}
