using System.Collections.Immutable;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

/// <summary>The shared draws against the plainest loops that say what an interval and a permutation test are.</summary>
public class ResamplesTests
{
    static ConfusionMatrix[] Random(int subjects, int seed, int most = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, subjects).Select(_ => ConfusionMatrix.FromRows([.. Enumerable.Range(0, 3)
            .Select(_ => Enumerable.Range(0, 3).Select(_ => random.Next(most + 1)).ToArray())]))];
    }

    [Theory]
    [InlineData(1, 3), InlineData(7, 3), InlineData(28, 3), InlineData(28, 1170), InlineData(28, 1171),
        InlineData(28, 1_000_000)]
    public void Intervals_are_those_of_resampling_one_subject_after_the_other(int subjects, int most)
    {
        var matrices = Random(subjects, seed: subjects, most);
        var random = new Random(5);
        var scores = Enumerable.Range(0, 1000).Select(_ => Metrics.UF1(ConfusionMatrix.Sum(Enumerable.Range(0, subjects)
            .Select(_ => matrices[random.Next(subjects)]).ToList()))).Order().ToArray();
        var interval = SubjectBootstrap.Of(matrices, [Metrics.Accuracy, Metrics.UF1], resamples: 1000, seed: 5)[1];
        Assert.Equal(new Interval(scores[(int)(0.025 * 999)], scores[(int)Math.Ceiling(0.975 * 999)]), interval);
    }

    static double Difference(ConfusionMatrix[] a, ConfusionMatrix[] b) =>
        Math.Abs(Metrics.UF1(ConfusionMatrix.Sum(a)) - Metrics.UF1(ConfusionMatrix.Sum(b)));

    static bool IsExtreme(ConfusionMatrix[] first, ConfusionMatrix[] second, Func<int, bool> exchanged) => Difference(
        [.. first.Select((m, s) => exchanged(s) ? second[s] : m)],
        [.. second.Select((m, s) => exchanged(s) ? first[s] : m)]) >= Difference(first, second) - 1e-12;

    [Fact]
    public void Permutations_are_those_of_exchanging_one_subject_after_the_other()
    {
        var (first, second) = (Random(15, seed: 1), Random(15, seed: 2));
        var (random, extreme) = (new Random(5), 0);
        for (var p = 0; p < 1000; p++)
        {
            var exchange = Enumerable.Range(0, 15).Select(_ => random.Next(2) == 1).ToArray();
            if (IsExtreme(first, second, s => exchange[s])) extreme++;
        }
        Assert.Equal((1.0 + extreme) / 1001,
            SubjectPermutation.P(first, second, Metrics.UF1, permutations: 1000, seed: 5));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(8), InlineData(11)]
    public void With_few_subjects_every_exchange_is_tried(int subjects)
    {
        var (first, second) = (Random(subjects, seed: 1), Random(subjects, seed: 2));
        var all = 1 << subjects;
        var extreme = Enumerable.Range(0, all).Count(e => IsExtreme(first, second, s => (e >> s & 1) == 1));
        Assert.Equal((double)extreme / all, SubjectPermutation.P(first, second, Metrics.UF1), 12);
    }

    [Fact]
    public void No_p_is_below_the_smallest_that_the_subjects_can_give()
    {
        for (var subjects = 1; subjects <= 16; subjects++)
        {
            ConfusionMatrix[] right = [.. Enumerable.Repeat(ConfusionMatrix.FromRows([5, 0], [0, 5]), subjects)],
                wrong = [.. Enumerable.Repeat(ConfusionMatrix.FromRows([0, 5], [5, 0]), subjects)];
            var p = SubjectPermutation.P(right, wrong, Metrics.UF1);
            var smallest = SubjectPermutation.Smallest(subjects);
            Assert.InRange(p, smallest, subjects <= 14 ? smallest + 1e-12 : 0.001);
            // 2^14 exchanges and more are drawn: 10,000 of them, and the data.
            Assert.Equal(subjects <= 14 ? Math.Pow(2, 1 - subjects) : 1 / 10_001.0, smallest, 12);
        }
    }

    [Fact]
    public void Another_number_of_subjects_or_another_seed_draws_anew()
    {
        var matrices = Random(12, seed: 3);
        ImmutableArray<Interval> Of(int subjects, int seed) =>
            SubjectBootstrap.Of(matrices[..subjects], [Metrics.UF1], resamples: 500, seed: seed);
        var (all, other) = (Of(12, 1), Of(12, 2));
        Of(11, 1);
        Assert.NotEqual(all[0], other[0]);
        Assert.Equal(all[0], Of(12, 1)[0]);
    }
}
