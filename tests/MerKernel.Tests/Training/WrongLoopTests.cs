using System.Collections.Immutable;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace MerKernel.Tests.Training;

/// <summary>Mistakes in a training loop of one's own, and in a data set that was put together in memory.</summary>
public class WrongLoopTests
{
    sealed record TinyOptions : ModelOptions
    {
        public override Network Create(long seed, bool units) => Network.Build(() => new Tiny(Classes), seed);
    }

    sealed class Tiny : Network
    {
        readonly nn.Module<Tensor, Tensor> head;

        public Tiny(int classes)
        {
            head = nn.Linear(3, classes);
            RegisterComponents();
        }

        protected override Tensor Forward(ClipBatch clips) => head.call((clips.Apex - clips.Onset).mean([2, 3]));
    }

    sealed record WrongLoss(int How) : Loss
    {
        public override Tensor Of(Tensor logits, Tensor labels, int epoch) => How switch
        {
            0 => cross_entropy(logits, labels, reduction: nn.Reduction.None),
            3 => logits + zeros(7),
            1 => logits.argmax(1).eq(labels).to_type(ScalarType.Float32).mean(),
            _ => null!,
        };
    }

    static Network Built() => new TinyOptions { Classes = 3 }.Create(1, false);

    [Fact]
    public void An_update_that_would_reach_nobody_is_refused()
    {
        using var scope = NewDisposeScope();
        using var data = TinyDataset.Create();
        using var network = Built();
        using var first = new AdamW(network, 1e-3, 0);
        using var second = new AdamW(network, 1e-3, 0);
        var batch = data.Batch(0, 1, 2);
        Tensor Loss() => cross_entropy(network.call(batch.Clips), batch.Labels);
        Assert.Contains("one only", Assert.Throws<InvalidOperationException>(() => first.Step(Loss())).Message);
        second.Step(Loss());
        network.to(ScalarType.Float64);
        Assert.Contains("another device or type", Assert.Throws<InvalidOperationException>(() =>
            second.Step(network.parameters().First().sum())).Message);
        second.Dispose();
        Assert.Contains("disposed", Assert.Throws<ObjectDisposedException>(() =>
            second.Step(network.parameters().First().sum())).Message);
    }

    [Fact]
    public void A_loss_without_gradients_and_rates_that_are_none_are_refused()
    {
        using var scope = NewDisposeScope();
        using var network = Built();
        using var optimizer = new AdamW(network, 1e-3, 0);
        Assert.Throws<ArgumentNullException>(() => optimizer.Step(null!));
        Assert.Contains("mean()", Assert.Throws<ArgumentException>(() =>
            optimizer.Step(zeros(2, requires_grad: true).mul(2))).Message);
        Assert.Contains("no weight", Assert.Throws<ArgumentException>(() => optimizer.Step(zeros(1))).Message);
        Tensor Sum() => network.parameters().First().sum();
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(Sum(), 0));
        optimizer.Step(Sum(), 2);
        Assert.Equal(0, optimizer.Steps);
        Assert.Contains("1 of 2 batches", Assert.Throws<ArgumentException>(() => optimizer.Step(Sum())).Message);
        optimizer.Step(Sum(), 2);
        Assert.Equal(1, optimizer.Steps);
        Assert.Contains("LearningRate", Assert.Throws<UserErrorException>(() =>
            new AdamW(network, double.NaN, 0)).Message);
        Assert.Contains("WeightDecay", Assert.Throws<UserErrorException>(() => new AdamW(network, 1e-3, -1)).Message);
    }

    [Theory]
    [InlineData(0, "[6] and not one number")]
    [InlineData(1, "no weight")]
    [InlineData(2, "is null")]
    [InlineData(3, "fails in WrongLoss.Of")]
    public void A_loss_of_ones_own_that_cannot_be_trained_with_is_named(int how, string named)
    {
        using var data = TinyDataset.Create(clipsPerSubject: 3);
        var experiment = Experiment.Of(data, new TinyOptions(),
            new TrainingOptions { Epochs = 1, Loss = new WrongLoss(how) });
        var message = Assert.Throws<UserErrorException>(() => FoldRun.Train(experiment, data, "01", CPU)).Message;
        Assert.Contains("WrongLoss", message);
        Assert.Contains(named, message);
    }

    [Fact]
    public void A_part_that_is_frozen_stays_and_freezing_it_too_late_is_refused()
    {
        using var scope = NewDisposeScope();
        using var network = Built();
        var bias = network.parameters().Single(p => p.dim() == 1);
        bias.requires_grad = false;
        using var before = bias.detach().clone();
        using var optimizer = new AdamW(network, new TrainingOptions { LearningRate = 0.1, WeightDecay = 0.5 });
        optimizer.Step(network.parameters().Single(p => p.dim() == 2).sum());
        Assert.True(bias.equal(before).all().item<bool>());
        foreach (var parameter in network.parameters()) parameter.requires_grad = false;
        Assert.Contains("freeze first", Assert.Throws<InvalidOperationException>(() =>
            optimizer.Step(before.requires_grad_().sum())).Message);
    }

    [Fact]
    public void Gradients_are_scaled_down_to_the_norm_that_is_allowed()
    {
        using var scope = NewDisposeScope();
        using var network = Built();
        using var optimizer = new AdamW(network, new TrainingOptions
        {
            LearningRate = 0.5, WeightDecay = 0, Optimizer = OptimizerKind.Sgd
        })
        { MaxNorm = 0.1 };
        var weights = network.parameters().ToArray();
        Tensor All() => cat([.. weights.Select(w => w.detach().flatten())]).clone();
        var before = All();
        optimizer.Step(cat([.. weights.Select(w => w.flatten())]).sum());
        // All gradients are 1: scaled, their norm is the largest allowed, and the first step the rate times that.
        Assert.Equal(0.5 * 0.1, (All() - before).norm().item<float>(), 5);
    }

    [Fact]
    public void Batches_that_no_data_set_has_are_refused()
    {
        using var scope = NewDisposeScope();
        using var data = TinyDataset.Create();
        using var draws = new FoldDraws(1, "01");
        Assert.Contains("no clip 99", Assert.Throws<ArgumentOutOfRangeException>(() => data.Batch(99)).Message);
        Assert.Contains("no clip -1", Assert.Throws<ArgumentOutOfRangeException>(() => data.Batch(-1)).Message);
        Assert.Contains("batch of 0", Assert.Throws<ArgumentOutOfRangeException>(() => data.Batches([0], 0)).Message);
        Assert.Contains("BatchSize", Assert.Throws<UserErrorException>(() =>
            data.Batches([0, 1], new TrainingOptions { BatchSize = 0 }, draws)).Message);
        Assert.Throws<ArgumentNullException>(() => data.Batches([0, 1], new TrainingOptions(), null!));
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "label", "label 7" }, { "negative", "label -1" }, { "labels", "entries in Labels" },
        { "float", "uint8" }, { "grey", "[36, 1, 32, 32]" }, { "few", "row 35" }, { "none", "no onset or apex" },
    };

    [Theory, MemberData(nameof(Broken))]
    public void Parts_of_a_data_set_in_memory_that_do_not_fit_are_named(string how, string named)
    {
        using var scope = NewDisposeScope();
        using var data = TinyDataset.Create();
        using var broken = Changed(data, how);
        Assert.Contains(named, Assert.Throws<UserErrorException>(() => broken.Batch(0)).Message);
        var experiment = Experiment.Of(data, new TinyOptions(), new TrainingOptions { Epochs = 1 });
        Assert.Contains(named, Assert.Throws<UserErrorException>(() =>
            FoldRun.Train(experiment with { DatasetFingerprint = "changed" }, broken, "01", CPU)).Message);
    }

    static MerDataset Changed(MerDataset data, string how) => new()
    {
        Id = data.Id, Synthetic = true, Fingerprint = "changed", Classes = data.Classes, Clips = data.Clips,
        Labels = how switch
        {
            "label" => data.Labels.SetItem(2, 7),
            "negative" => data.Labels.SetItem(2, -1),
            "labels" => data.Labels[..^1],
            _ => data.Labels,
        },
        Frames = how switch
        {
            "float" => data.Frames.to_type(ScalarType.Float32) / 255,
            "grey" => data.Frames.narrow(1, 0, 1),
            "few" => data.Frames.narrow(0, 0, 6),
            _ => data.Frames.clone(),
        },
        OnsetFrames = how == "none" ? data.OnsetFrames.SetItem(0, ImmutableArray<int>.Empty) : data.OnsetFrames,
        ApexFrames = data.ApexFrames,
    };

    [Fact]
    public void A_data_set_in_memory_may_be_empty_and_call_its_subjects_what_it_likes()
    {
        using var scope = NewDisposeScope();
        using var data = TinyDataset.Create();
        using var named = TinyDataset.Changed(data, [.. data.Clips.Select(c => c with { Subject = $"s{c.Subject}" })]);
        Assert.Equal("s02", FoldSplit.LeaveOut(named, "s02").Subject);
        using var empty = new MerDataset
        {
            Id = data.Id, Synthetic = true, Fingerprint = "empty", Classes = data.Classes, Clips = [], Labels = [],
            OnsetFrames = [], ApexFrames = [], Frames = data.Frames.narrow(0, 0, 0),
        };
        Assert.Equal(0, empty.FrameCount);
        Assert.StartsWith($"{empty.Title} has 0 clips", Assert.Throws<UserErrorException>(() =>
            FoldRun.Fit(Experiment.Of(empty, new TinyOptions()), empty, CPU)).Message);
    }

    [Fact]
    public void A_fitted_network_predicts_one_clip_and_no_whole_data_set()
    {
        using var data = TinyDataset.Create(clipsPerSubject: 2);
        var experiment = Experiment.Of(data, new TinyOptions(), new TrainingOptions { Epochs = 1 }) with
        {
            ActionUnits = ActionUnitSource.None
        };
        using var fitted = FoldRun.Fit(experiment, data, CPU);
        Assert.Contains("one clip", Assert.Throws<UserErrorException>(() => fitted.Predict(data)).Message);
    }
}
