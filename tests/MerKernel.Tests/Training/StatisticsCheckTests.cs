using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Synthetic;
using MerKernel.Tests.Experiments;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;

namespace MerKernel.Tests.Training;

/// <summary>BatchNorm read from both ends: its running statistics against the batch's.</summary>
[Collection(AloneCollection.Name)]
public class StatisticsCheckTests
{
    [Fact]
    public void A_fold_says_how_many_training_clips_either_statistics_get_right()
    {
        using var data = TinyDataset.Create();
        var experiment = LosoEngineTests.Tiny(data);
        int running = -1, batch = -1;
        var told = FoldRun.Train(experiment, data, "01", torch.CPU, finished: (network, _) =>
        {
            // The finished network, asked of its twelve training clips by hand: as it predicts, and with BatchNorm as
            // it was trained.
            using var scope = torch.NewDisposeScope();
            using var none = torch.no_grad();
            int[] train = [.. Enumerable.Range(0, data.Clips.Length).Where(i => data.Clips[i].Subject != "01")];
            using var pairs = new PairSource(data, data.Labels,
                [.. data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))], torch.CPU, experiment.Model);
            int Right() => network.call(pairs.Exact(train).Clips).argmax(1).data<long>().ToArray()
                .Zip(train, (says, clip) => says == data.Labels[clip]).Count(right => right);
            running = Right();
            foreach (var norm in network.modules().Where(m => m is BatchNorm)) norm.train();
            batch = Right();
        }).Statistics!;
        Assert.Equal(new StatisticsCheck(12, running, batch), told);
        // Nine batches leave 0.9^9, two fifths, of the start: the two part.
        Assert.NotEqual(running, batch);
    }

    [Theory]
    [InlineData(Precision.Single)]
    [InlineData(Precision.BFloat16)]
    public void Asking_leaves_the_trained_network_as_it_was(Precision precision)
    {
        using var data = TinyDataset.Create();
        var tiny = LosoEngineTests.Tiny(data);
        var experiment = tiny with { Training = tiny.Training with { Precision = precision } };
        // What the finished network predicts of the test clips is what the last epoch stored: its running statistics
        // are those of before. In 32 bits, whatever it was trained in: rounded to 8 digits, the largest two may tie.
        FoldPrediction? fold = null;
        float[]? after = null;
        fold = FoldRun.Train(experiment, data, "01", torch.CPU, finished: (network, _) =>
        {
            using var scope = torch.NewDisposeScope();
            using var none = torch.no_grad();
            Assert.All(network.modules().OfType<BatchNorm>(), n => Assert.False(n.training));
            var units = data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits)).ToArray();
            using var pairs = new PairSource(data, data.Labels, units, torch.CPU, experiment.Model);
            after = network.call(pairs.Exact([.. Enumerable.Range(0, 6)]).Clips).data<float>().ToArray();
        });
        Assert.Equal(fold.Logits[^1].SelectMany(l => l), after!);
    }

    [Fact]
    public void The_gap_is_in_points_over_all_folds()
    {
        var over = StatisticsCheck.Over([new(10, 4, 8), null, new(30, 16, 22)])!;
        Assert.Equal(25, over.Gap, 12);
        Assert.Null(StatisticsCheck.Over([null]));
    }

    public static IEnumerable<object[]> Profiles => [[Profile.Small], [Profile.Medium]];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void No_fold_of_a_profile_has_too_few_batches_for_its_BatchNorm_to_forget_its_start(Profile profile)
    {
        var size = Enum.Parse<SyntheticSize>(profile.SyntheticSize, ignoreCase: true);
        foreach (var dataset in DatasetNames.Paper)
        {
            var five = KnownTruth.Of(dataset, size).Emotions.Select(e => e.Emotion).ToHashSet();
            var clips = SyntheticSet.Truth(dataset, new() { Size = size }).Where(c => five.Contains(c.Emotion))
                .CountBy(c => c.Subject).Select(s => s.Value).ToList();
            foreach (var method in Tables.All.Where(t => t.IsOn(dataset)).SelectMany(t => t.Methods).Distinct())
            {
                var experiment = method.Of(new Experiment
                {
                    Dataset = dataset, DatasetFingerprint = "", Model = profile.Model, Training = profile.Training
                }, profile);
                var batches = experiment.Training.BatchesOver(clips.Sum() - clips.Max());
                if (batches >= StatisticsCheck.SettledBatches) continue;
                using var network = experiment.Model.Create(1, experiment.ActionUnits != ActionUnitSource.None);
                Assert.False(network.modules().Any(m => m is BatchNorm),
                    $"{method.Key} on {dataset}: {batches} batches");
            }
        }
    }

    [Theory]
    [InlineData(105, 16, 7)]
    [InlineData(97, 16, 6)]
    [InlineData(96, 16, 6)]
    [InlineData(1, 16, 1)]
    [InlineData(5, 1, 4)]
    public void Batches_are_counted_as_they_are_cut(int clips, int size, int count)
    {
        Assert.Equal(count, Batches.Count(clips, size));
        Assert.Equal(count, Batches.InOrder([.. Enumerable.Range(0, clips)], size).Count);
        Assert.Equal(3 * count, new TrainingOptions { Epochs = 3, BatchSize = size }.BatchesOver(clips));
        // One update after every second batch, the last after what is left: as the trainer chunks them.
        Assert.Equal(3 * Batches.InOrder([.. Enumerable.Range(0, clips)], size).Chunk(2).Count(),
            new TrainingOptions { Epochs = 3, BatchSize = size, AccumulationSteps = 2 }.UpdatesOver(clips));
    }
}
