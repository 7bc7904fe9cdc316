using System.Globalization;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

/// <summary>Against scikit-learn's scores of the same predictions, written by tests/parity/metrics.py.</summary>
public class ScikitLearnTests
{
    [Fact]
    public void Every_score_is_scikit_learns()
    {
        using var stream = typeof(ScikitLearnTests).Assembly.GetManifestResourceStream("scikit-learn-scores.csv")!;
        var lines = new StreamReader(stream).ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        Assert.Equal(40, lines.Count);
        foreach (var cells in lines.Select(l => l.Split(',')))
        {
            var matrix = ConfusionMatrix.Of(Folds.Digits(cells[1]), Folds.Digits(cells[2]),
                int.Parse(cells[0], CultureInfo.InvariantCulture));
            var last = Metrics.PerClass(matrix)[^1];
            double[] ours = [Metrics.Accuracy(matrix), Metrics.UF1(matrix), Metrics.Uar(matrix),
                Metrics.WeightedF1(matrix), Metrics.Kappa(matrix), last.Precision, last.Recall];
            for (var i = 0; i < ours.Length; i++)
                Assert.Equal(double.Parse(cells[3 + i], CultureInfo.InvariantCulture), ours[i], 12);
        }
    }
}
