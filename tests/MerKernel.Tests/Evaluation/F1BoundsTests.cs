using CsCheck;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class F1BoundsTests
{
    /// <summary>Every way to lay out a row of a confusion matrix.</summary>
    static IEnumerable<int[]> Rows(int total, int classes) => classes == 1
        ? [[total]]
        : Enumerable.Range(0, total + 1)
            .SelectMany(first => Rows(total - first, classes - 1).Select(rest => (int[])[first, .. rest]));

    /// <summary>Every confusion matrix of the class balance.</summary>
    static IEnumerable<ConfusionMatrix> Matrices(int[] support)
    {
        IEnumerable<int[][]> partial = [[]];
        foreach (var clips in support)
            partial = partial.SelectMany(rows => Rows(clips, support.Length).Select(row => (int[][])[.. rows, row]))
                .ToList();
        return partial.Select(rows => ConfusionMatrix.FromRows(rows));
    }

    [Theory]
    [InlineData(3, 2, 4)]
    [InlineData(1, 1, 6)]
    [InlineData(5, 3, 1)]
    public void The_bounds_are_those_that_trying_every_confusion_matrix_finds(params int[] support)
    {
        foreach (var group in Matrices(support).GroupBy(m => m.Correct))
        {
            var bounds = F1Bounds.OfUF1(support, group.Key);
            // UF1 over all classes, also those that nobody predicted: each has clips here.
            Assert.Equal(group.Min(Metrics.UF1), bounds.Low, 12);
            Assert.Equal(group.Max(Metrics.UF1), bounds.High, 12);
        }
    }

    [Fact]
    public void Without_errors_only_one_is_possible() => Assert.Equal(new F1Range(1, 1), F1Bounds.OfUF1([4, 5, 6], 15));

    [Fact]
    public void Any_confusion_matrix_lies_within_the_bounds_of_its_own_balance() =>
        Gen.Int[0, 8].Array[4].Array[4].Where(rows => rows.All(r => r.Sum() > 0)).Sample(rows =>
        {
            var matrix = ConfusionMatrix.FromRows(rows);
            var bounds = F1Bounds.OfUF1([.. Enumerable.Range(0, 4).Select(matrix.Support)], matrix.Correct);
            Assert.InRange(Metrics.UF1(matrix), bounds.Low - 1e-12, bounds.High + 1e-12);
        }, iter: 20);

    [Fact]
    public void A_printed_value_is_allowed_up_to_its_last_digit()
    {
        var range = new F1Range(0.5, 0.8004);
        Assert.True(range.Allows(0.801m));
        Assert.False(range.Allows(0.802m));
        Assert.False(range.Allows(0.498m));
    }

    [Fact]
    public void More_correct_clips_than_clips_are_refused() =>
        Assert.Throws<ArgumentException>(() => F1Bounds.OfUF1([2, 2], 5));
}
