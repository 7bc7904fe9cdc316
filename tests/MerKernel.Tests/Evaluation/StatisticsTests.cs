using System.Collections.Immutable;
using System.Diagnostics;
using CsCheck;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class StatisticsTests
{
    static ConfusionMatrix Subject(int right, int wrong) => ConfusionMatrix.FromRows([right, wrong], [0, 0]);

    [Fact]
    public void Mc_Nemar_of_one_against_nine_is_22_in_1024() =>
        // P(X <= 1 of 10) = (1 + 10) / 2^10; twice that.
        Assert.Equal(22.0 / 1024, McNemar.P(1, 9), 12);

    [Fact]
    public void Mc_Nemar_of_equal_shares_is_one() => Assert.Equal(1, McNemar.P(6, 6));

    [Fact]
    public void Mc_Nemar_without_any_difference_is_one() => Assert.Equal(1, McNemar.P(0, 0));

    [Fact]
    public void Mc_Nemar_survives_numbers_whose_powers_underflow() =>
        // P(X <= 0 of 2000) is 2^-2000, below the smallest double; the p-value is 0 and not NaN.
        Assert.Equal(0, McNemar.P(0, 2000));

    [Fact]
    public void Mc_Nemar_pairs_clips_by_their_ids()
    {
        var first = new FinalEpoch().Apply([Folds.Of("01", "0000", "0001")]).Folds;
        var second = new FinalEpoch().Apply([Folds.Of("01", "0000", "1110")]).Folds;
        // Only the first is right on three clips, only the second on one: 2 * (1 + 4) / 16.
        Assert.Equal(10.0 / 16, McNemar.P(first, second), 12);
        Assert.Throws<ArgumentException>(() =>
            McNemar.P(first, new FinalEpoch().Apply([Folds.Of("02", "0000", "0000")]).Folds));
    }

    [Fact]
    public void Holm_steps_down_as_in_a_worked_example() =>
        // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1: 0.02, 0.03, 0.06, 0.04 -> monotone 0.06.
        Assert.Equal([0.03, 0.06, 0.06, 0.02], Holm.Adjust([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));

    [Fact]
    public void Holm_never_lowers_a_p_value_nor_exceeds_Bonferroni() => Gen.Double[0, 1].Array[1, 12].Sample(p =>
    {
        var adjusted = Holm.Adjust(p);
        for (var i = 0; i < p.Length; i++)
        {
            Assert.InRange(adjusted[i], p[i], Math.Min(1, p.Length * p[i]) + 1e-12);
            for (var j = 0; j < p.Length; j++)
                if (p[i] < p[j]) Assert.True(adjusted[i] <= adjusted[j]);
        }
    }, iter: 300);

    [Fact]
    public void How_often_each_system_decides_a_clip_does_not_change_the_test()
    {
        FoldOutcome Of(string subject, string labels, string predictions, int times) => new()
        {
            Subject = subject,
            Clips = [.. Enumerable.Repeat(labels.Select((_, i) => $"{subject}/{i}"), times).SelectMany(c => c)],
            Labels = Folds.Digits(string.Concat(Enumerable.Repeat(labels, times))),
            Predictions = Folds.Digits(string.Concat(Enumerable.Repeat(predictions, times))),
        };
        double P(int first, int second) => Comparison.Of(
            "a", [Of("1", "0012", "0011", first), Of("2", "0120", "0110", first), Of("3", "2100", "2100", first)],
            "b", [Of("1", "0012", "2110", second), Of("2", "0120", "0110", second), Of("3", "2100", "2110", second)],
            3).PermutationP;
        // Unweighted it would be .5, .75, .75 and .25.
        Assert.Equal([0.5, 0.5, 0.5, 0.5], [P(1, 1), P(1, 100), P(5, 1), P(4, 6)]);
    }

    [Fact]
    public void Seeds_of_a_subject_change_places_together()
    {
        // Against every exchange of four subjects tried in the open: F1 from clips, not from matrices.
        const int Subjects = 4, Clips = 5, Seeds = 3, Classes = 3;
        static double Macro(List<(int Label, int Prediction)> clips) => Enumerable.Range(0, Classes).Average(c =>
            (double)(2 * clips.Count(p => p == (c, c)))
            / Math.Max(1, clips.Count(p => p.Label == c) + clips.Count(p => p.Prediction == c)));
        Gen.Int[0, Classes - 1].Array[Subjects * Clips * (1 + 2 * Seeds)].Sample(drawn =>
        {
            int Label(int subject, int clip) => drawn[subject * Clips + clip];
            int Decided(int system, int seed, int subject, int clip) =>
                drawn[Subjects * Clips * (1 + system * Seeds + seed) + subject * Clips + clip];
            ImmutableArray<FoldOutcome> Run(int system, int seed) =>
                [.. Enumerable.Range(0, Subjects).Select(s => new FoldOutcome
                {
                    Subject = $"{s}",
                    Clips = [.. Enumerable.Range(0, Clips).Select(c => $"{s}/{c}")],
                    Labels = [.. Enumerable.Range(0, Clips).Select(c => Label(s, c))],
                    Predictions = [.. Enumerable.Range(0, Clips).Select(c => Decided(system, seed, s, c))],
                })];
            ImmutableArray<FoldOutcome> All(int system) =>
                FoldOutcome.Together([.. Enumerable.Range(0, Seeds).Select(seed => Run(system, seed))]);
            double Difference(int exchanged) => Macro([.. Of(0, exchanged)]) - Macro([.. Of(1, exchanged)]);
            IEnumerable<(int, int)> Of(int system, int exchanged) =>
                from s in Enumerable.Range(0, Subjects)
                from c in Enumerable.Range(0, Clips)
                from seed in Enumerable.Range(0, Seeds)
                select (Label(s, c), Decided((exchanged >> s & 1) == 1 ? 1 - system : system, seed, s, c));
            var extreme = Enumerable.Range(0, 1 << Subjects)
                .Count(e => Math.Abs(Difference(e)) >= Math.Abs(Difference(0)) - 1e-12);

            var comparison = Comparison.Of("a", All(0), "b", All(1), Classes);
            Assert.Equal(Difference(0), comparison.UF1, 12);
            Assert.Equal(extreme / 16.0, comparison.PermutationP, 12);
            Assert.Null(comparison.McNemarP);
        }, iter: 100);
    }

    [Fact]
    public void Equal_systems_are_never_told_apart_by_permutation()
    {
        ConfusionMatrix[] system = [Subject(3, 1), Subject(2, 5), Subject(4, 4)];
        Assert.Equal(1, SubjectPermutation.P(system, system, Metrics.Accuracy, 500));
    }

    [Fact]
    public void Permutation_counts_the_exchanges_that_are_as_extreme()
    {
        // Six subjects, each better by the same amount in the first system: of 2^6 exchanges only the two unanimous
        // ones are as extreme.
        var first = Enumerable.Range(0, 6).Select(_ => Subject(9, 1)).ToList();
        var second = Enumerable.Range(0, 6).Select(_ => Subject(5, 5)).ToList();
        Assert.Equal(2.0 / 64, SubjectPermutation.P(first, second, Metrics.Accuracy), 12);
    }

    [Fact]
    public void Each_pair_of_systems_is_tested_and_corrected_over_all_pairs()
    {
        // Six subjects of ten clips each, all of one class: A has 9 right, B and C 5.
        IReadOnlyList<FoldOutcome> System(int right) =>
            [.. new FinalEpoch().Apply([.. Enumerable.Range(1, 6).Select(s =>
                Folds.Of($"{s:00}", "0000000000", new string('0', right) + new string('1', 10 - right)))]).Folds];
        var pairs = Comparison.Pairs([("B", System(5)), ("A", System(9)), ("C", System(5))], classes: 2);
        Assert.Equal([("A", "B"), ("A", "C"), ("B", "C")], pairs.Select(p => (p.First, p.Second)));
        // As in the test above an exchange is as extreme in 2 of 64 cases; Holm's smallest of three is three times
        // that.
        Assert.Equal(3 * 2.0 / 64, pairs[0].HolmP, 12);
        Assert.Equal(3 * 2.0 / 64, SubjectPermutation.Smallest(6, 3), 12);
        Assert.Equal(1, pairs[2].HolmP);
        Assert.Equal(0, pairs[2].UF1);
    }

    [Fact]
    public void The_bootstrap_of_equal_subjects_has_no_width()
    {
        var interval = SubjectBootstrap.Of([Subject(3, 1), Subject(3, 1)], [Metrics.Accuracy])[0];
        Assert.Equal(new Interval(0.75, 0.75), interval);
    }

    [Fact]
    public void The_bootstrap_agrees_with_the_normal_approximation()
    {
        // 200 subjects of one clip each, 60 % right: standard error sqrt(0.6 * 0.4 / 200) = 0.03464.
        var subjects = Enumerable.Range(0, 200).Select(i => i < 120 ? Subject(1, 0) : Subject(0, 1)).ToList();
        var interval = SubjectBootstrap.Of(subjects, [Metrics.Accuracy])[0];
        Assert.Equal(0.6 - 1.96 * 0.03464, interval.Low, 0.006);
        Assert.Equal(0.6 + 1.96 * 0.03464, interval.High, 0.006);
    }

    [Fact]
    public void Clips_of_one_subject_are_not_independent_evidence()
    {
        // The same 100 clips once as 100 subjects and once as 10 subjects that are all right or all wrong.
        var many = Enumerable.Range(0, 100).Select(i => i < 60 ? Subject(1, 0) : Subject(0, 1)).ToList();
        var few = Enumerable.Range(0, 10).Select(i => i < 6 ? Subject(10, 0) : Subject(0, 10)).ToList();
        Interval a = SubjectBootstrap.Of(many, [Metrics.Accuracy])[0],
            b = SubjectBootstrap.Of(few, [Metrics.Accuracy])[0];
        Assert.True(b.High - b.Low > 2 * (a.High - a.Low));
    }

    [Theory]
    // From the printed tables of the t distribution.
    [InlineData(1, 12.7062), InlineData(2, 4.3027), InlineData(3, 3.1824), InlineData(7, 2.3646),
        InlineData(29, 2.0452)]
    public void Students_t_has_the_quantiles_of_the_printed_tables(int freedom, double expected) =>
        Assert.Equal(expected, StudentT.Quantile(0.975, freedom), 1e-4);

    [Fact]
    public void The_interval_of_a_mean_is_students()
    {
        // Mean 4, deviation 2: 4 +- 4.3027 x 2 / sqrt(3).
        var interval = Interval.OfMean([2.0, 4.0, 6.0]);
        Assert.Equal(4 - 4.9683, interval.Low, 1e-3);
        Assert.Equal(4 + 4.9683, interval.High, 1e-3);
    }
}
