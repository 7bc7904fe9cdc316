using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class BaselineTests
{
    static LabelledClip Clip(string subject, int label, params int[] units) =>
        new($"{subject}/{label}{string.Join('+', units)}", subject, label, [.. units]);

    static int[] Decide(Func<IReadOnlyList<LabelledClip>, Func<LabelledClip, int>> fit, params LabelledClip[] clips) =>
        [.. LosoBaseline.Run(clips, fit).SelectMany(f => f.Predictions)];

    [Fact]
    public void The_majority_is_taken_from_the_training_subjects_alone() =>
        // Subject a's own class 1 is commonest over all clips, but not among the others.
        Assert.Equal([0, 0, 0, 1, 1],
            Decide(MajorityClass.Fit, Clip("a", 1), Clip("a", 1), Clip("a", 1), Clip("b", 0), Clip("c", 0)));

    [Fact]
    public void Equally_common_classes_go_by_label_order() =>
        Assert.Equal([1], Decide(MajorityClass.Fit, Clip("a", 0), Clip("b", 2), Clip("b", 1)).Take(1));

    [Fact]
    public void Guessing_by_frequency_is_right_as_often_as_the_frequencies_say()
    {
        // Each subject has three clips of class 0 and one of class 1: right with 0.75^2 + 0.25^2 = 0.625.
        var clips = Enumerable.Range(0, 20)
            .Select(i => new LabelledClip($"{i / 4}/{i}", $"{i / 4}", i % 4 == 3 ? 1 : 0, [])).ToList();
        var pooled = ConfusionMatrix.Sum(PriorWeightedRandom.Run(clips, draws: 500).Select(f => f.Matrix(2)));
        Assert.Equal(20 * 500, pooled.Total);
        Assert.Equal(0.625, Metrics.Accuracy(pooled), 0.02);
    }

    [Fact]
    public void Guesses_are_drawn_subject_by_subject_from_one_generator()
    {
        var clips = Enumerable.Range(0, 60)
            .Select(i => new LabelledClip($"{i / 3}/{i}", $"{i / 3}", i % 5, [])).ToList();
        var random = new Random(1);
        var expected = Enumerable.Range(0, 20).SelectMany(s =>
        {
            var labels = Enumerable.Repeat(clips, 100).SelectMany(c => c).Where(c => c.Subject != $"{s}")
                .Select(c => c.Label).ToArray();
            return Enumerable.Range(0, 300).Select(_ => labels[random.Next(labels.Length)]).ToArray();
        });
        Assert.Equal(expected, PriorWeightedRandom.Run(clips).SelectMany(f => f.Predictions));
    }

    [Theory]
    [InlineData(new[] { 1, 2 }, new[] { 1, 2 }, 0)]
    [InlineData(new[] { 1, 2 }, new[] { 2, 4 }, 2.0 / 3)]
    [InlineData(new[] { 1 }, new[] { 4 }, 1)]
    [InlineData(new int[0], new int[0], 0)]
    [InlineData(new int[0], new[] { 4 }, 1)]
    public void Jaccard_distance_is_one_minus_common_over_all(int[] a, int[] b, double expected) =>
        Assert.Equal(expected, AuLookup.Distance(a.ToHashSet(), b.ToHashSet()), 12);

    [Fact]
    public void The_lookup_takes_the_class_of_the_nearest_set_of_another_subject() =>
        // Subject a's own clip with the same units must not be looked up.
        Assert.Equal([2, 2],
            Decide(AuLookup.Fit, Clip("a", 0, 12), Clip("a", 0, 12), Clip("b", 2, 6, 12), Clip("c", 1, 4, 7)).Take(2));

    [Fact]
    public void Equally_near_sets_vote() =>
        Assert.Equal([2],
            Decide(AuLookup.Fit, Clip("a", 0, 12), Clip("b", 1, 12), Clip("c", 2, 12), Clip("d", 2, 12)).Take(1));

    [Fact]
    public void An_even_vote_goes_to_the_class_commoner_in_training() =>
        Assert.Equal([2],
            Decide(AuLookup.Fit, Clip("a", 0, 12), Clip("b", 1, 12), Clip("c", 2, 12), Clip("d", 2, 4)).Take(1));

    [Fact]
    public void The_order_of_the_clips_does_not_matter()
    {
        LabelledClip[] clips = [Clip("a", 0, 12), Clip("b", 1, 12), Clip("c", 2, 12), Clip("d", 0, 4),
            Clip("e", 1, 12, 14)];
        var forward = LosoBaseline.Run(clips, AuLookup.Fit).ToDictionary(f => f.Subject, f => f.Predictions[0]);
        var backward = LosoBaseline.Run([.. clips.Reverse()], AuLookup.Fit)
            .ToDictionary(f => f.Subject, f => f.Predictions[0]);
        Assert.Equal(forward, backward.OrderBy(p => p.Key).ToDictionary());
    }
}
