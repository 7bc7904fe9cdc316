using System.Globalization;
using CsCheck;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Tests.Evaluation;

public class GrimTests
{
    [Theory]
    [InlineData("94.35", 248, 234, GrimRounding.Rounded)]
    [InlineData("81.12", 249, 202, GrimRounding.Rounded)]
    [InlineData("91.12", 248, 226, GrimRounding.Cut)] // 226/248 is 91.129...
    [InlineData("86.76", 136, 118, GrimRounding.Rounded)]
    [InlineData("73.53", 136, 100, GrimRounding.Rounded)]
    [InlineData("73.98", 246, 182, GrimRounding.Rounded)]
    public void A_share_is_recognised(string printed, int total, int correct, GrimRounding rounding) =>
        Assert.Equal(new GrimMatch(correct, total, rounding),
            Grim.Match(decimal.Parse(printed, CultureInfo.InvariantCulture), total));

    [Theory]
    [InlineData(133)]
    [InlineData(136)]
    public void No_number_of_clips_of_SAMM_gives_86_73(int total) => Assert.Null(Grim.Match(86.73m, total));

    // Counted by hand in the reference: 8 of 10 distinct CASME II accuracies are rounded k/248, 8 of 11 SAMM accuracies
    // are k/133.
    [Theory]
    [InlineData(DatasetId.CasmeII, 248, 8, 10)]
    [InlineData(DatasetId.Samm, 133, 8, 11)]
    public void Most_of_the_papers_accuracies_are_shares_of_one_sample_size(DatasetId dataset, int clips, int possible,
        int all)
    {
        var accuracies = Tables.All.SelectMany(t => t.Printed).Where(r => r.Method is Change)
            .Select(r => r.On(dataset)?.Accuracy).OfType<decimal>()
            .Append(Tables.AccuracyInAbstract(dataset)).Distinct().ToList();
        Assert.Equal(all, accuracies.Count);
        Assert.Equal(possible, accuracies.Count(a => Grim.Match(a, clips) is { Rounding: GrimRounding.Rounded }));
    }

    [Fact]
    public void Every_share_matches_its_own_printed_value() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 400], Gen.Int[1, 4]).Sample((total, k, digits) =>
        {
            var correct = Math.Min(k, total);
            var exact = 100m * correct / total;
            var match = Grim.Match(decimal.Round(exact, digits) + new decimal(0, 0, 0, false, (byte)digits), total);
            Assert.NotNull(match);
            Assert.Equal(decimal.Round(exact, digits), decimal.Round(100m * match.Correct / total, digits));
        }, iter: 1000);

    [Fact]
    public void The_matching_share_is_the_one_that_trying_all_of_them_finds() =>
        Gen.Select(Gen.Int[5, 60], Gen.Int[0, 10000]).Sample((total, hundredths) =>
        {
            var printed = new decimal(hundredths, 0, 0, false, 2);
            var any = Enumerable.Range(0, total + 1).Any(k => Math.Abs(100m * k / total - printed) <= 0.005m);
            Assert.Equal(any, Grim.Match(printed, total) is { Rounding: GrimRounding.Rounded });
        }, iter: 2000);

    [Fact]
    public void A_fraction_is_tested_in_its_own_unit() => Assert.Equal(3, Grim.Match(0.75m, 4, unit: 1)!.Correct);

    [Fact]
    public void The_test_says_how_little_it_proves_with_few_digits()
    {
        Assert.Equal(249.0 / 10001, Grim.ShareOfPossibleValues(94.35m, GrimRounding.Rounded, 248), 12);
        Assert.Equal(1, Grim.ShareOfPossibleValues(94m, GrimRounding.Rounded, 248));
        // Counted apart: every k of the four sizes, rounded and cut to two decimals.
        var printed = (from n in Enumerable.Range(246, 4)
                       from k in Enumerable.Range(0, n + 1)
                       from rounded in new[] { Math.Floor(10000m * k / n), Math.Round(10000m * k / n) }
                       select rounded).Distinct().Count();
        Assert.Equal(printed / 10001.0, Grim.ShareOfPossibleValues(70.00m, GrimRounding.Cut, 246, 247, 248, 249), 3);
    }
}
