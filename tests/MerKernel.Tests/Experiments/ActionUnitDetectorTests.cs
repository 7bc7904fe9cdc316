using System.Collections.Immutable;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Experiments;

/// <summary>
/// Predicted action units: the detector's arithmetic, what it finds, and that it knows nothing of the test subject.
/// </summary>
[Collection(AloneCollection.Name)]
public class ActionUnitDetectorTests
{
    static readonly int Units = ActionUnits.Used.Length;

    /// <summary>
    /// Inputs of 100 numbers in which unit u shows in three places, under noise; each of five subjects has a place of
    /// its own.
    /// </summary>
    static (Tensor Input, float[][] Units, string[] Subjects) Planted(int clips = 40, int seed = 1)
    {
        var random = new Random(seed);
        var (values, units) = (new double[clips * 100], new float[clips][]);
        for (var i = 0; i < clips; i++)
        {
            units[i] = new float[Units];
            for (var u = 0; u < 4; u++) units[i][u] = random.Next(3) == 0 ? 1 : 0;
            for (var x = 0; x < 100; x++)
                values[i * 100 + x] = (random.NextDouble() - 0.5) / 2
                    + (x < 12 && units[i][x / 3] > 0 ? 1 : x == 20 + i % 5 ? 2 : 0);
        }
        return (tensor(values).view(clips, 100), units, [.. Enumerable.Range(0, clips).Select(i => $"{i % 5}")]);
    }

    /// <summary>
    /// Frames that brighten on the left half: mirrored and added, all cells of the difference are alike, of length
    /// 1 / sqrt(2) together.
    /// </summary>
    [Fact]
    public void Its_input_is_mirror_symmetric_and_of_length_1()
    {
        using var scope = NewDisposeScope();
        using var data = TinyDataset.Create();
        foreach (var clip in data.ApexFrames.Zip(data.OnsetFrames))
            using (no_grad())
            {
                var (apex, onset) = (data.Frames[clip.First[0]], data.Frames[clip.Second[0]]);
                apex.copy_(onset);
                apex.narrow(2, 0, 16).add_(20);
            }
        var input = ActionUnitDetector.Input(data);
        Assert.Equal([18, 3296], input.shape);
        // 28 x 28 cells of flow in two directions, then 3 x cells of colour.
        var colours = input.narrow(1, 2 * 28 * 28, 3296 - 2 * 28 * 28);
        var each = Math.Sqrt(0.5 / colours.size(1));
        Assert.True(allclose(colours, full_like(colours, each), atol: 1e-6));
        // To the right less the mirrored: what moves outwards on both sides adds up, and the two halves are opposite.
        var across = input.narrow(1, 0, 28 * 28).view(-1, 28, 28);
        Assert.True(allclose(across, -across.flip(2), atol: 1e-6));
        Assert.True(across.abs().max().item<double>() > 1e-4);
        var down = input.narrow(1, 28 * 28, 28 * 28).view(-1, 28, 28);
        Assert.True(allclose(down, down.flip(2), atol: 1e-6));
    }

    [Fact]
    public void The_threshold_is_the_score_of_the_best_F1()
    {
        // From the top: F1 2/3, 1/2, 4/5, 2/3.
        Assert.Equal(0.7, ActionUnitDetector.Threshold([(0.9, true), (0.8, false), (0.7, true), (0.2, false)]));
        Assert.Equal(0.9, ActionUnitDetector.Threshold([(0.9, true), (0.1, false)]));
    }

    [Fact]
    public void Leaving_a_subject_out_without_fitting_again_is_fitting_again_without_it()
    {
        using var scope = NewDisposeScope();
        using var draws = new Generator(1, CPU);
        var (x, y) = (randn([9, 5], ScalarType.Float64, generator: draws),
            randn([9, 2], ScalarType.Float64, generator: draws));
        string[] subjects = ["a", "a", "b", "b", "b", "c", "c", "c", "c"];
        Tensor Ridge(Tensor rows) =>
            linalg.inv(rows.matmul(rows.t()) + 0.3 * eye(rows.size(0), dtype: ScalarType.Float64));
        var inverse = Ridge(x);
        var quick = ActionUnitDetector.ByOthers(inverse, inverse.matmul(y), y, subjects);
        foreach (var subject in subjects.Distinct())
        {
            var own = tensor(subjects.Index().Where(s => s.Item == subject).Select(s => (long)s.Index).ToArray());
            var rest = tensor(subjects.Index().Where(s => s.Item != subject).Select(s => (long)s.Index).ToArray());
            var fitted = x.index_select(0, rest);
            var expected = x.index_select(0, own).matmul(fitted.t()).matmul(Ridge(fitted))
                .matmul(y.index_select(0, rest));
            Assert.True(expected.allclose(quick.index_select(0, own)));
        }
    }

    [Fact]
    public void Planted_units_are_found_in_clips_of_a_new_subject_and_rare_ones_never()
    {
        using var scope = NewDisposeScope();
        var (input, units, subjects) = Planted();
        // Unit 20 in two clips only.
        (units[0][20], units[1][20]) = (1, 1);
        int[] train = [.. Enumerable.Range(0, 40).Where(i => subjects[i] != "4")],
            test = [.. Enumerable.Range(0, 40).Except(train)];
        var detector = ActionUnitDetector.Fit(input, units, subjects, train);
        Assert.Equal(train, detector.LearnedFrom.AsEnumerable());
        var found = detector.Detect(input.index_select(0, tensor(test.Select(t => (long)t).ToArray())));
        var right = test.Zip(found).Sum(p => Enumerable.Range(0, 4).Count(u => units[p.First][u] == p.Second[u]));
        Assert.True(right >= 0.9 * 4 * test.Length, $"{right} of {4 * test.Length}");
        Assert.All(found, f => Assert.Equal(0, f[20]));

        // As a file of weights keeps it.
        var again = ActionUnitDetector.Of(detector.State.ToDictionary())!;
        Assert.Equal(found, again.Detect(input.index_select(0, tensor(test.Select(t => (long)t).ToArray()))));
    }

    [Fact]
    public void A_clip_that_moves_otherwise_changes_nothing_for_those_who_did_not_learn_from_it()
    {
        using var scope = NewDisposeScope();
        var (input, units, subjects) = Planted();
        int[] train = [.. Enumerable.Range(0, 40).Where(i => subjects[i] != "4")];
        var before = ActionUnitDetector.Fit(input, units, subjects, train).Detect(input);
        input[4].fill_(7); // subject 4
        units[4] = [.. Enumerable.Repeat(1f, Units)];
        var after = ActionUnitDetector.Fit(input, units, subjects, train).Detect(input);
        Assert.Equal(before.Where((_, i) => i != 4), after.Where((_, i) => i != 4));
    }

    [Fact]
    public void F1_is_the_one_counted_by_hand_for_a_detector_and_for_naming_a_unit_always()
    {
        IReadOnlySet<int> Set(params int[] units) => units.ToHashSet();
        var scores = UnitScore.Of(
            [("a", Set(1, 4), Set(1)), ("a", Set(1), Set(1, 4)), ("b", Set(), Set(1)), ("b", Set(1), Set())]);
        // Unit 1: coded 3, called 3, right 2; unit 4: coded 1, called 1, right 0.
        // Always named, they are called 4 times and right 3 times, or once: 6 / 7 and 2 / 5.
        Assert.Equal([(1, 3, 6.0 / 7, 2.0 / 3), (4, 1, 0.4, 0.0), (0, 0, (6.0 / 7 + 0.4) / 2, 1.0 / 3)],
            scores.Select(s => (s.Unit, s.Clips, s.Always, s.F1)));
        // One subject twice: F1 of unit 1 is 1 on a's clips and 0 on b's.
        Assert.Equal(new Interval(0, 1), scores[0].Interval);
    }

    static Experiment Predicted(MerDataset data) =>
        LosoEngineTests.Tiny(data) with { ActionUnits = ActionUnitSource.Predicted };

    [Fact]
    public void A_fold_is_tested_with_what_was_found_and_keeps_it()
    {
        using var data = TinyDataset.Create(subjects: 4);
        using var folder = new TemporaryFolder();
        var fold = FoldRun.Train(Predicted(data), data, "02", CPU);
        Assert.Equal(6, fold.ActionUnits!.Value.Length);
        var store = new RunStore(folder.Path);
        store.Save("0123456789abcdef", fold, new FoldFacts(1, DateTime.UtcNow, "cpu"));
        Assert.Equal(fold.ActionUnits.Value.SelectMany(u => u),
            store.TryRead("0123456789abcdef", "02")!.ActionUnits!.Value.SelectMany(u => u));
        // What trains is what trains with annotated units.
        var annotated = FoldRun.Train(LosoEngineTests.Tiny(data), data, "02", CPU);
        Assert.Equal(annotated.TrainingLoss.AsEnumerable(), fold.TrainingLoss.AsEnumerable());
        Assert.Null(annotated.ActionUnits);
    }

    // The canary: a test subject that is coded and labelled otherwise, and moves otherwise, must change nothing in
    // training, and its coding nothing in its prediction.
    [Fact]
    public void The_test_subjects_coding_never_reaches_its_prediction_nor_its_images_the_training()
    {
        using var data = TinyDataset.Create(subjects: 4);
        MerDataset With(Func<Clip, ImmutableArray<ActionUnit>> units, Tensor frames) => new()
        {
            Id = data.Id, Synthetic = true, Fingerprint = data.Fingerprint, Classes = data.Classes, Frames = frames,
            OnsetFrames = data.OnsetFrames, ApexFrames = data.ApexFrames,
            Labels = [.. data.Labels.Select((l, i) => data.Clips[i].Subject == "01" ? 0 : l)],
            Clips = [.. data.Clips.Select(c => c.Subject == "01" ? c with { ActionUnits = units(c) } : c)],
        };
        var before = FoldRun.Train(Predicted(data), data, "01", CPU);

        using var recoded = With(_ => [new(45)], data.Frames.clone());
        var after = FoldRun.Train(Predicted(recoded), recoded, "01", CPU);
        Assert.Equal(before.Logits.SelectMany(e => e).SelectMany(c => c),
            after.Logits.SelectMany(e => e).SelectMany(c => c));
        // Annotated units do reach it, so the canary can sing.
        var annotated = LosoEngineTests.Tiny(data);
        Assert.NotEqual(FoldRun.Train(annotated, data, "01", CPU).Logits[^1].SelectMany(c => c),
            FoldRun.Train(annotated, recoded, "01", CPU).Logits[^1].SelectMany(c => c));

        var frames = data.Frames.clone();
        frames.narrow(0, 0, 12).fill_(200);
        using var moved = With(c => c.ActionUnits, frames);
        Assert.Equal(before.TrainingLoss.AsEnumerable(),
            FoldRun.Train(Predicted(moved), moved, "01", CPU).TrainingLoss.AsEnumerable());
    }

    [Fact]
    public void A_detector_that_learned_from_the_test_subject_is_a_leak()
    {
        using var data = TinyDataset.Create(subjects: 4);
        var split = FoldSplit.LeaveOut(data.Clips, "01", 0, new Random(1));
        float[][] units = [.. data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))];
        using var pairs = new PairSource(data, data.Labels, units, CPU);
        ActionUnitDetector On(IReadOnlyList<int> clips) => ActionUnitDetector.Fit(ActionUnitDetector.Input(data), units,
            [.. data.Clips.Select(c => c.Subject)], clips);
        Assert.Empty(LeakCheck.Findings(LeakAudit.Inputs(data, split, pairs, On(split.Train))));
        Assert.Contains("learned from clip 01/EP00",
            Assert.Single(LeakCheck.Findings(LeakAudit.Inputs(data, split, pairs, On([.. split.Train, 0])))));
    }
}
