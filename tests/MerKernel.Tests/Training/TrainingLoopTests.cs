using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Tests.Experiments;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

/// <summary>A training loop of one's own, as the notebooks write it.</summary>
[Collection(AloneCollection.Name)]
public class TrainingLoopTests
{
    // Three batches per epoch: with two per update the second update of an epoch has one.
    [Theory]
    [InlineData(0, 1, 3)]
    [InlineData(0.1, 1, 3)]
    [InlineData(0, 2, 2)]
    [InlineData(0, 3, 1)]
    public void It_trains_the_fold_that_the_tables_train(double smoothing, int perUpdate, int updates)
    {
        using var data = TinyDataset.Create();
        var experiment = LosoEngineTests.Tiny(data, PositionStream.Swin);
        var training = experiment.Training with { LabelSmoothing = smoothing, AccumulationSteps = perUpdate };
        experiment = experiment with { Training = training with { Beta2 = 0.9 } };
        var fold = FoldRun.Train(experiment, data, "02", CPU);

        var split = FoldSplit.LeaveOut(data, "02");
        using var draws = new FoldDraws(experiment.Seed, "02");
        using var net = MerNet.Create((MerNetOptions)experiment.Model, draws.Weights);
        using var optimizer = new AdamW(net, experiment.Training);
        net.UseGenerator(draws.Network);
        for (var epoch = 0; epoch < experiment.Training.Epochs; epoch++)
        {
            net.train();
            optimizer.LearningRate = experiment.Training.LearningRateAt(epoch);
            foreach (var batch in data.Batches(split.Train, experiment.Training, draws))
                optimizer.Step(
                    nn.functional.cross_entropy(net.call(batch.Clips), batch.Labels, label_smoothing: smoothing),
                    batch.PerUpdate);
            net.eval();
            foreach (var batch in data.Batches(split.Test))
                Assert.Equal(fold.Logits[epoch].SelectMany(l => l), net.call(batch.Clips).data<float>().ToArray());
        }
        Assert.Equal(updates * experiment.Training.Epochs, optimizer.Steps);
    }

    [Fact]
    public void Every_training_clip_comes_once_per_epoch_and_in_another_order_the_next()
    {
        // A class for each clip: its label tells it from every other.
        using var data = TinyDataset.Create(classes: 18);
        using var draws = new FoldDraws(1, "02");
        var split = FoldSplit.LeaveOut(data, "2");
        int[] Epoch() => [.. data.Batches(split.Train, new TrainingOptions { BatchSize = 5 }, draws)
            .SelectMany(b => b.Labels.data<long>().ToArray().Select(l => (int)l))];
        var (first, second) = (Epoch(), Epoch());
        var all = split.Train.Select(i => data.Labels[i]).Order();
        Assert.Equal(all, first.Order());
        Assert.Equal(all, second.Order());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Clips_that_keep_their_order_come_in_it()
    {
        using var data = TinyDataset.Create(classes: 18);
        using var draws = new FoldDraws(1, "02");
        Assert.Equal([3, 1, 2], data.Batches([3, 1, 2], new TrainingOptions { BatchSize = 2, KeepsOrder = true }, draws)
            .SelectMany(b => b.Labels.data<long>().ToArray()));
    }

    [Fact]
    public void A_training_pair_draws_its_onset_among_the_frames_near_it()
    {
        using var scope = NewDisposeScope();
        using var tiny = TinyDataset.Create();
        // The first clip's onset has the second's as its neighbour.
        using var data = TinyDataset.Changed(tiny, onsets: tiny.OnsetFrames.SetItem(0, [0, 2]));
        using var pairs = new PairSource(data, data.Labels,
            [.. data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))], CPU);
        using var draws = new FoldDraws(1, "02");
        var none = new Augmentation(AugmentationOptions.None, data.Size, draws.Augmentation);
        var (own, near) = (data.Batch(0).Clips.Onset, data.Batch(1).Clips.Onset);
        string Drawn(bool jitter)
        {
            var onset = pairs.Augmented([0], jitter, none, draws.Batches).Clips.Onset;
            return onset.equal(own).all().item<bool>() ? "own"
                : onset.equal(near).all().item<bool>() ? "near" : "other";
        }
        Assert.Equal(["near", "own"], Enumerable.Range(0, 50).Select(_ => Drawn(jitter: true)).Distinct().Order());
        Assert.Equal(["own"], Enumerable.Range(0, 50).Select(_ => Drawn(jitter: false)).Distinct());
    }

    [Fact]
    public void One_draw_moves_onset_and_apex_alike()
    {
        using var scope = NewDisposeScope();
        using var tiny = TinyDataset.Create();
        using var data = TinyDataset.Changed(tiny, apexes: tiny.OnsetFrames);
        using var draws = new FoldDraws(1, "02");
        foreach (var batch in data.Batches([0, 1, 2, 3], new TrainingOptions { BatchSize = 4 }, draws))
        {
            Assert.True(batch.Clips.Onset.equal(batch.Clips.Apex).all().item<bool>());
            Assert.False(batch.Clips.Onset.equal(data.Batch(0, 1, 2, 3).Clips.Onset).all().item<bool>());
        }
    }

    [Fact]
    public void Seeds_are_the_first_31_bits_of_a_hash() =>
        // printf '1\n02\nweights' | sha256sum begins with 7b607087; little-endian, without the sign.
        Assert.Equal(0x0770607b, Seeds.For(1, "02", "weights"));

    [Fact]
    public void What_a_loop_computes_from_a_batch_is_freed_with_it()
    {
        using var data = TinyDataset.Create();
        using var draws = new FoldDraws(1, "01");
        var kept = new List<Tensor>();
        foreach (var batch in data.Batches(FoldSplit.LeaveOut(data, "01").Train, new TrainingOptions { BatchSize = 4 },
            draws))
            kept.Add(batch.Clips.Onset.mean());
        Assert.All(kept, t => Assert.True(t.IsInvalid));
    }

    [Fact]
    public void A_loop_has_one_math_thread_and_gives_the_others_back()
    {
        using var data = TinyDataset.Create();
        set_num_threads(2);
        foreach (var batch in data.Batches([0, 1, 2], batchSize: 2)) Assert.Equal(1, get_num_threads());
        Assert.Equal(2, get_num_threads());
    }

    [Fact]
    public void A_batch_is_the_exact_onset_and_apex_normalised()
    {
        using var data = TinyDataset.Create();
        using var scope = NewDisposeScope();
        var batch = data.Batch(4, 0);
        Assert.Equal([2, 3, 32, 32], batch.Clips.Apex.shape);
        Assert.Equal([data.Labels[4], data.Labels[0]], batch.Labels.data<long>().ToArray().Select(l => (int)l));
        // ImageNet's red: mean 0.485, deviation 0.229.
        var level = data.Frames[data.ApexFrames[4][0]][0, 3, 5].item<byte>();
        Assert.Equal((level / 255f - 0.485f) / 0.229f, batch.Clips.Apex[0, 0, 3, 5].item<float>(), 1e-5f);
    }

    [Fact]
    public void Smoothed_cross_entropy_spreads_a_share_of_the_label_over_all_classes()
    {
        using var data = TinyDataset.Create();
        using var scope = NewDisposeScope();
        using var net = MerNet.Create((MerNetOptions)LosoEngineTests.Tiny(data).Model, seed: 1);
        net.eval();
        net.LabelSmoothing = 0.3;
        var batch = data.Batch(0, 1, 2);
        var p = nn.functional.softmax(net.call(batch.Clips), 1).data<float>().ToArray().Chunk(3).ToArray();
        var byHand = p.Select((row, i) => -0.7 * Math.Log(row[data.Labels[i]]) - 0.1 * row.Sum(v => Math.Log(v)))
            .Average();
        Assert.Equal(byHand, net.Loss(batch.Clips, batch.Labels, 0).item<float>(), 1e-4);
    }
}
