using System.Text.Json;
using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Reports;
using MerKernel.Training;
using MerKernel.Weights;
using TorchSharp;
using Parameter = TorchSharp.Modules.Parameter;
using static TorchSharp.torch;

namespace MerKernel.Tests.Experiments;

/// <summary>
/// A user's own network, loss, augmentation and optimiser: a class and a record each, and they are trained, stored,
/// resumed, compared and exported.
/// </summary>
[Collection(AloneCollection.Name)]
public class OwnMethodTests
{
    sealed record MeanOptions : ModelOptions
    {
        public int Cells { get; init; } = 4;
        public override string? Version => "1";
        public override Network Create(long seed, bool actionUnits) => Network.Build(() => new MeanNetwork(this), seed);
    }

    /// <summary>Linear in the mean of apex minus onset over a grid of cells.</summary>
    sealed class MeanNetwork : Network
    {
        readonly int cells;
        readonly nn.Module<Tensor, Tensor> fc;

        public MeanNetwork(MeanOptions options)
        {
            (cells, fc) = (options.Cells, nn.Linear(3 * options.Cells * options.Cells, options.Classes));
            RegisterComponents();
        }

        protected override Tensor Forward(ClipBatch clips) =>
            fc.call(nn.functional.adaptive_avg_pool2d(clips.Apex - clips.Onset, cells).flatten(1));
    }

    sealed record CrossEntropy : Loss
    {
        public override Tensor Of(Tensor logits, Tensor labels, int epoch) =>
            nn.functional.cross_entropy(logits, labels);
    }

    sealed record Smoothed(double By) : Loss
    {
        public override Tensor Of(Tensor logits, Tensor labels, int epoch) =>
            nn.functional.cross_entropy(logits, labels, label_smoothing: By);
    }

    sealed record Unchanged : OwnAugmentation
    {
        public override (Tensor Onset, Tensor Apex) Of(Tensor onset, Tensor apex, Random random) => (onset, apex);
    }

    sealed record Swapped : OwnAugmentation
    {
        public override (Tensor Onset, Tensor Apex) Of(Tensor onset, Tensor apex, Random random) =>
            random.NextDouble() < 0.5 ? (apex, onset) : (onset, apex);
    }

    sealed record AdamWAgain : OwnOptimizer
    {
        public override FlatOptimizer Create(IEnumerable<Parameter> parameters, double weightDecay) =>
            new FlatAdamW(parameters, weightDecay);
    }

    /// <summary>Gradient descent with momentum: v = m v + g, p = p - rate v.</summary>
    sealed record Momentum(double Keep = 0.9) : OwnOptimizer
    {
        public override FlatOptimizer Create(IEnumerable<Parameter> parameters, double weightDecay) =>
            new Steps(parameters, Keep);

        sealed class Steps : FlatOptimizer
        {
            readonly double _keep;
            readonly Tensor _velocity;

            public Steps(IEnumerable<Parameter> parameters, double keep) : base(parameters) =>
                (_keep, _velocity) = (keep, OwnZeros());

            public override IReadOnlyList<(string Name, Tensor Value)> State => [("velocity", _velocity)];

            protected override void Update(double learningRate)
            {
                using Scalar keep = _keep, step = -learningRate;
                Parameters.add_(_velocity.mul_(keep).add_(Gradients), step);
            }
        }
    }

    static Experiment Own(MerDataset data) => LosoEngineTests.Tiny(data).With(new MeanOptions()) with
    {
        Training = new TrainingOptions
        {
            Epochs = 8, BatchSize = 4, AccumulationSteps = 1, LearningRate = 0.05, WeightDecay = 0,
            Augmentation = AugmentationOptions.None
        },
    };

    static FoldPrediction Fold(Experiment experiment, MerDataset data) => FoldRun.Train(experiment, data, "02", CPU);

    [Fact]
    public void An_own_network_learns_is_stored_found_again_and_exported_to_what_mer_score_reads()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("store"));
        var experiment = Own(data);
        Assert.Equal((32, 3), (experiment.Model.InputSize, experiment.Model.Classes));
        Assert.Empty(new LosoEngine(store).Run([experiment], data));

        var found = Assert.Single(new RunCatalogue(store).List());
        Assert.Equal((experiment, ExperimentHash.Of(experiment), 3), (found.Experiment, found.Hash, found.Folds));
        Assert.True(found.Accuracy > 0.8, $"{found.Accuracy}");

        var path = folder.File("export.csv");
        var folds = new RunCatalogue(store).Folds(found.Hash);
        File.WriteAllText(path, RunExport.EveryEpoch(folds, data.Classes, seed: 1).ToCsv());
        var read = Assert.Single(Predictions.Read(path, data).Runs);
        Assert.Equal(JsonSerializer.Serialize(folds.Select(f => f.Logits)),
            JsonSerializer.Serialize(read.Folds.Select(f => f.Logits)));

        // Under the protocols: every clip once for each, and the final epoch is the eighth.
        var rows = RunExport.Of(folds, data.Classes, [new FinalEpoch()]).Rows;
        Assert.Equal((18, "8"), (rows.Length, rows[0][6].Text));
        Assert.Equal(found.Accuracy!.Value, rows.Count(r => r[4].Text == r[7].Text) / 18.0, 12);
    }

    [Fact]
    public void Options_and_version_name_the_experiment_and_another_program_shows_it_without_the_class()
    {
        using var data = TinyDataset.Create();
        var (experiment, json) = (Own(data), ExperimentHash.CanonicalJson(Own(data)));
        Assert.Contains("\"model\":{\"cells\":4,\"classes\":3,\"inputSize\":32,\"network\":\"Mean\",\"version\":\"1\"}",
            json);
        Assert.NotEqual(ExperimentHash.Of(experiment),
            ExperimentHash.Of(experiment.With(new MeanOptions { Cells = 5 })));

        // A list of runs tells them apart.
        Assert.StartsWith("Mean, cells 5, version 1, ",
            RunWords.Of(experiment.With(new MeanOptions { Cells = 5 })).Text);
        foreach (var source in Enum.GetValues<ActionUnitSource>())
            Assert.Equal(source != ActionUnitSource.Annotated,
                RunWords.Of(experiment with { ActionUnits = source }).Text
                    .Contains($", action units {source}", StringComparison.OrdinalIgnoreCase));

        foreach (var (here, there) in new[] { ("\"Mean\"", "\"Hers\""), ("\"version\":\"1\"", "\"version\":\"2\"") })
        {
            var foreign = JsonSerializer.Deserialize<Experiment>(json.Replace(here, there), StoreJson.Options)!;
            Assert.Equal(json.Replace(here, there), ExperimentHash.CanonicalJson(foreign));
            Assert.Equal((32, 3), (foreign.Model.InputSize, foreign.Model.Classes));
            Assert.Contains(", cells 4, version ", RunWords.Of(foreign).Text);
            Assert.Contains("another program or notebook",
                Assert.Throws<UserErrorException>(() => foreign.Model.Create(1, false)).Message);
        }
    }

    [Fact]
    public void Own_parts_take_the_place_of_the_built_in_ones()
    {
        using var data = TinyDataset.Create();
        var plain = Own(data);
        string Logits(Func<TrainingOptions, TrainingOptions> change) =>
            JsonSerializer.Serialize(Fold(plain with { Training = change(plain.Training) }, data).Logits);
        var built = Logits(t => t);
        // The same arithmetic, written a second time, gives the same bytes; other arithmetic does not.
        Assert.Equal(built, Logits(t =>
            t with { Loss = new CrossEntropy(), OwnAugmentation = new Unchanged(), OwnOptimizer = new AdamWAgain() }));
        Assert.NotEqual(built, Logits(t => t with { Loss = new Smoothed(0.2) }));
        Assert.NotEqual(built, Logits(t => t with { OwnAugmentation = new Swapped() }));
        Assert.NotEqual(built, Logits(t => t with { OwnOptimizer = new Momentum() }));

        Experiment[] others = [.. new TrainingOptions[]
        {
            plain.Training, plain.Training with { Loss = new Smoothed(0.1) },
            plain.Training with { Loss = new Smoothed(0.2) },
            plain.Training with { OwnAugmentation = new Swapped() },
            plain.Training with { OwnOptimizer = new Momentum() },
            plain.Training with { OwnOptimizer = new Momentum(0.8) },
        }.Select(t => plain with { Training = t })];
        Assert.Equal(6, others.Select(ExperimentHash.Of).Distinct().Count());
        Assert.All(others, e => Assert.Equal(e,
            JsonSerializer.Deserialize<Experiment>(ExperimentHash.CanonicalJson(e), StoreJson.Options)));
    }

    [Fact]
    public void A_stopped_fold_with_own_parts_resumes_to_the_same_bytes()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var experiment = Own(data) with
        {
            Training = Own(data).Training with { OwnAugmentation = new Swapped(), OwnOptimizer = new Momentum() }
        };
        var job = new FoldJob(experiment, ExperimentHash.Of(experiment), "02");
        var (whole, stopped) = (new RunStore(folder.File("whole")), new RunStore(folder.File("stopped")));
        new LosoEngine(whole).Run([job], data);
        var stopper = new CheckpointTests.Stopper(3);
        Assert.Throws<OperationCanceledException>(() =>
        {
            new LosoEngine(stopped) { CheckpointEvery = 1, Progress = stopper }.Run([job], data, stopper.Token);
        });
        var resumed = new CheckpointTests.Stopper(int.MaxValue);
        new LosoEngine(stopped) { CheckpointEvery = 1, Progress = resumed }.Run([job], data);
        Assert.Equal(4, resumed.Epochs[0]);
        Assert.Equal(File.ReadAllBytes(whole.FoldPath(job.Hash, "02")),
            File.ReadAllBytes(stopped.FoldPath(job.Hash, "02")));
    }

    [Fact]
    public void Momentum_goes_the_way_that_its_two_equations_give()
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(tensor(new[] { 1f, -2f }));
        using var optimizer = new Momentum(0.5).Create([parameter], 0);
        for (var step = 0; step < 2; step++)
        {
            optimizer.ZeroGradients();
            // d/dp of p^2 / 2 is p.
            parameter.square().sum().mul(0.5).backward();
            optimizer.Step(0.1);
        }
        // v1 = 1, p = 0.9; v2 = 0.5 + 0.9 = 1.4, p = 0.76.
        Assert.Equal([0.76f, -1.52f], parameter.data<float>().ToArray().Select(x => MathF.Round(x, 6)));
    }

    [Theory]
    [InlineData("Epochs"), InlineData("BatchSize"), InlineData("AccumulationSteps"), InlineData("LearningRate"),
        InlineData("LearningRateDecay"), InlineData("WeightDecay"), InlineData("DecayEvery"),
        InlineData("FlipProbability")]
    public void Bad_options_are_refused_by_name_before_anything_is_trained(string option)
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var plain = new TrainingOptions();
        var bad = Own(data) with
        {
            Training = option switch
            {
                "Epochs" => plain with { Epochs = 0 },
                "BatchSize" => plain with { BatchSize = 1 },
                "AccumulationSteps" => plain with { AccumulationSteps = 0 },
                "LearningRate" => plain with { LearningRate = -1 },
                "LearningRateDecay" => plain with { LearningRateDecay = double.NaN },
                "WeightDecay" => plain with { WeightDecay = -0.1 },
                "DecayEvery" => plain with { DecayEvery = 0 },
                _ => plain with { Augmentation = new() { FlipProbability = 1.5 } },
            },
        };
        Assert.StartsWith($"{option} is ", Assert.Throws<UserErrorException>(() => Fold(bad, data)).Message);
        var store = new RunStore(folder.File("store"));
        Assert.StartsWith($"{option} is ",
            Assert.Throws<UserErrorException>(() => { new LosoEngine(store).Run([bad], data); }).Message);
        Assert.False(Directory.Exists(store.Folder));
    }

    [Fact]
    public void Every_profile_and_system_can_be_trained()
    {
        foreach (var profile in new[] { Profile.Tiny, Profile.Small, Profile.Paper })
        {
            profile.Training.Validate();
            foreach (var peer in Peers.All) peer.Training(profile).Validate();
        }
    }

    [Theory]
    [InlineData("Continous attention", "Continuous attention")]
    [InlineData("continuous attention", "Continuous attention")]
    [InlineData("Horizontal attention (Y)", "Horizontal attention (X)")]
    [InlineData("Continuous attention", null)]
    [InlineData("My network", null)]
    public void A_label_nearly_the_papers_is_noticed(string label, string? near) =>
        Assert.Equal(near, Tables.NearLabel(label));

    [Fact]
    public void A_fold_starts_from_a_file_of_weights_and_is_another_experiment_by_what_is_in_it()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var still = new TrainingOptions { Epochs = 1, BatchSize = 4, LearningRate = 1e-12, WeightDecay = 0 };
        var resnet = LosoEngineTests.Tiny(data).WithModel(m => m with { Motion = MotionStream.ResNet18 }) with
        {
            Training = still
        };
        using var scope = NewDisposeScope();
        string Written(string name, string tensor, long[] shape, float value)
        {
            Safetensors.Write(folder.File(name), new Dictionary<string, Tensor> { [tensor] = full(shape, value) });
            return folder.File(name);
        }

        using var fresh = resnet.Model.Create(1, true);
        var backbone = Written("resnet.safetensors", "conv1.weight", fresh.get_parameter("motion.conv1.weight")!.shape,
            0.25f);
        Assert.True(BackboneWeights.Fits((MerNetOptions)resnet.Model, backbone));
        Assert.False(BackboneWeights.Fits(new MerNetOptions { Position = PositionStream.None }, backbone));
        AssertStarts(resnet, backbone, "motion.conv1.weight", 0.25f);

        var own = Own(data) with { Training = still };
        AssertStarts(own, Written("own.safetensors", "fc.bias", [3], 0.5f), "fc.bias", 0.5f);
        var nothing = own with { StartsFrom = PretrainedStart.File(backbone) };
        Assert.Contains("No tensor of", Assert.Throws<UserErrorException>(() => Fold(nothing, data)).Message);

        void AssertStarts(Experiment plain, string file, string parameter, float value)
        {
            var started = plain with { StartsFrom = PretrainedStart.File(file) };
            Assert.NotEqual(ExperimentHash.Of(plain), ExperimentHash.Of(started));
            Assert.DoesNotContain(folder.Path, ExperimentHash.CanonicalJson(started));
            var seen = float.NaN;
            FoldRun.Train(started, data, "02", CPU,
                finished: (n, _) => seen = n.get_parameter(parameter)!.mean().item<float>());
            Assert.Equal(value, seen, 4);
        }
    }

    sealed record FaultyOptions(string Fault) : ModelOptions
    {
        public override Network Create(long seed, bool actionUnits) => Network.Build(() => new Faulty(this), seed);
    }

    const string Convolution = "TorchSharp's convolution", OfLibrary = "one in a part of the library's";

    /// <summary>A network with one slip.</summary>
    sealed class Faulty : Network
    {
        readonly nn.Module<Tensor, Tensor> fc, drop;
        readonly nn.Module<Tensor, Tensor>? conv, part;
        readonly List<nn.Module<Tensor, Tensor>> several = [];
        readonly string fault;

        public Faulty(FaultyOptions options)
        {
            fault = options.Fault;
            fc = nn.Linear(fault == "a layer of another width" ? 4 : 3,
                options.Classes + (fault switch { "too many outputs" => 2, "too few outputs" => -1, _ => 0 }));
            drop = fault == "TorchSharp's dropout" ? nn.Dropout(0.5) : new SeededDropout(0.5);
            conv = fault == Convolution ? nn.Conv2d(3, 3, 3) : null;
            part = fault == OfLibrary ? new TemporalBlock(3, 4, dilation: 1)
                : fault is "detached" or "unused" or "frozen" ? nn.Linear(3, options.Classes) : null;
            if (fault == "frozen") foreach (var parameter in part!.parameters()) parameter.requires_grad = false;
            if (fault == "in a list") several.Add(nn.Linear(3, options.Classes));
            if (fault != "not registered") RegisterComponents();
        }

        public override IReadOnlyList<ParameterGroup> ParameterGroups =>
            fault == "all in groups" ? [new([.. fc.parameters().OfType<Parameter>()], 0.01, 0)] : [];

        protected override Tensor Forward(ClipBatch clips)
        {
            var difference = clips.Apex - clips.Onset;
            var logits = fc.call(drop.call((conv?.call(difference) ?? difference).mean([2, 3])));
            if (fault == OfLibrary) logits = logits + part!.call(difference.mean([3])).mean() * 0.1;
            if (fault == "detached") logits = logits + part!.call(difference.mean([2, 3])).detach();
            foreach (var layer in several) logits = logits + layer.call(difference.mean([2, 3]));
            return !training && fault == "not a number" ? logits * float.NaN : logits;
        }
    }

    [Theory]
    [InlineData("too many outputs", "The network gives [2, 5], and the data have 3 classes")]
    [InlineData("too few outputs", "The network gives [2, 2], and the data have 3 classes")]
    [InlineData("a layer of another width",
        "The network fails on its first 2 clips in Faulty.Forward, line ")]
    [InlineData("TorchSharp's dropout", "use MerKernel.Models.SeededDropout")]
    [InlineData(Convolution, "Use MerKernel.Models.Conv2d")]
    [InlineData(OfLibrary, null)]
    [InlineData("not registered", "call RegisterComponents()")]
    [InlineData("in a list", "Faulty's field 'several' has a layer (Linear) that is not registered")]
    [InlineData("detached", "No gradient reaches 2 parameters, among them 'part.weight'")]
    [InlineData("unused", "No gradient reaches 2 parameters, among them 'part.weight'")]
    [InlineData("frozen", null)]
    [InlineData("not a number", "epoch 1: the logits of a clip are not finite")]
    [InlineData("all in groups", null)]
    public void A_slip_in_an_own_network_is_named_with_its_cure(string fault, string? message)
    {
        using var data = TinyDataset.Create();
        var experiment = Own(data).With(new FaultyOptions(fault));
        // libtorch's own are refused only where they are wrong.
        if (fault == Convolution && SoundConvolution.ByLibtorch) message = null;
        if (message is null) Assert.Equal(8, Fold(experiment, data).Logits.Length);
        else Assert.Contains(message, Assert.ThrowsAny<Exception>(() => Fold(experiment, data)).Message);
    }

    sealed record Halved(int How) : OwnAugmentation
    {
        public override (Tensor Onset, Tensor Apex) Of(Tensor onset, Tensor apex, Random random) => How switch
        {
            0 => (onset, apex.narrow(3, 0, apex.size(3) / 2)),
            1 => (onset.to_type(ScalarType.Float64), apex),
            2 => (onset, null!),
            _ => (onset - apex.narrow(3, 0, 3), apex),
        };
    }

    [Theory]
    [InlineData(0, "The augmentation Halved returns [4, 3, 32, 16] of Float32; it is given [4, 3, 32, 32] of Float32")]
    [InlineData(1, "The augmentation Halved returns [4, 3, 32, 32] of Float64")]
    [InlineData(2, "The augmentation Halved returns null")]
    [InlineData(3, "The augmentation Halved fails in Halved.Of")]
    public void A_slip_in_an_own_augmentation_is_named_with_its_cure(int how, string message)
    {
        using var data = TinyDataset.Create();
        var own = Own(data);
        var bad = own with { Training = own.Training with { OwnAugmentation = new Halved(how) } };
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => Fold(bad, data)).Message);
    }

    sealed record Rounds : OwnAugmentation
    {
        public override (Tensor Onset, Tensor Apex) Of(Tensor onset, Tensor apex, Random random) =>
            random.NextSingle() < 0.5 ? (apex, onset) : (onset, apex);
    }

    [Fact]
    public void A_draw_that_cannot_be_counted_is_refused_with_those_that_can()
    {
        using var data = TinyDataset.Create();
        var own = Own(data);
        var bad = own with { Training = own.Training with { OwnAugmentation = new Rounds() } };
        Assert.Contains("draw with NextDouble() or Next(n)",
            Assert.Throws<UserErrorException>(() => Fold(bad, data)).Message);
    }

    [Fact]
    public void Gradients_of_two_batches_make_the_update_of_one_of_both()
    {
        using var data = TinyDataset.Create();
        // Plain gradient descent: AdamW's first steps hide a missing division by the number of batches.
        FoldPrediction Trained(int size, int steps)
        {
            var own = Own(data);
            var cut = own.Training with { BatchSize = size, AccumulationSteps = steps };
            return Fold(own with { Training = cut with { Optimizer = OptimizerKind.Sgd } }, data);
        }
        var (two, one, half) = (Trained(3, 2), Trained(6, 1), Trained(3, 1));
        static float[] Logits(FoldPrediction fold) => [.. fold.Logits.SelectMany(e => e).SelectMany(c => c)];
        Assert.Equal(Logits(one), Logits(two), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.NotEqual(Logits(one), Logits(half), (a, b) => Math.Abs(a - b) < 1e-3f);
    }

    [Fact]
    public void Logits_of_several_seeds_are_averaged_epoch_by_epoch()
    {
        FoldPrediction Seed(params float[] logits) =>
            new() { Subject = "01", Clips = ["01/a"], Labels = [1], Logits = [[[.. logits]]], TrainingLoss = [1] };
        // Two of the three seeds say 0; (0.9 + 0.2 + 0.1) / 3 = 0.4, (0.8 + 0.1 + 0.6) / 3 = 0.5.
        var mean = SeedAverage.Average([[Seed(0.9f, 0.8f)], [Seed(0.2f, 0.1f)], [Seed(0.1f, 0.6f)]])[0];
        Assert.Equal([0.4f, 0.5f], mean.Logits[0][0].Select(l => MathF.Round(l, 6)));
        Assert.Equal([1], mean.At(0).Predictions.AsEnumerable());
    }
}
