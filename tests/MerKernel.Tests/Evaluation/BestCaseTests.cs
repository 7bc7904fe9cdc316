using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Tests.Evaluation;

public class BestCaseTests
{
    [Theory]
    // 234 and 230 of 248: four clips, 2 / 2^4.
    [InlineData(94.35, 92.74, 248, 26, 234, 230, 0.125, 0.125)]
    // 85.71 is 114 of 133; 86.73 is no share of 133, between 115 and 116, and 116 is further off: two clips, 2 / 2^2.
    [InlineData(86.73, 85.71, 133, 27, 116, 114, 0.5, 0.5)]
    // The same from the other side: 115 is further from 116 (87.22).
    [InlineData(86.73, 87.22, 133, 27, 115, 116, 1, 1)]
    // 234 and 210 of 248: 24 clips, 2 / 2^24, of 10 subjects 2 / 2^10.
    [InlineData(94.35, 84.68, 248, 10, 234, 210, 1.0 / 8388608, 1.0 / 512)]
    [InlineData(50, 50, 10, 5, 5, 5, 1, 1)]
    // 85 is 210 to 212 of 248 rounded, 83 is 205 to 207: the furthest apart are seven clips, 2 / 2^7.
    [InlineData(85, 83, 248, 26, 212, 205, 1.0 / 64, 1.0 / 64)]
    public void All_clips_apart_speak_for_one_system(double first, double second, int clips, int subjects, int right,
        int other, double clipsP, double subjectsP)
    {
        var best = BestCase.Of((decimal)first, (decimal)second, clips, subjects);
        Assert.Equal((right, other), (best.First, best.Second));
        Assert.Equal(clipsP, best.McNemarP, 9);
        Assert.Equal(subjectsP, best.SubjectP, 9);
    }

    [Fact]
    public void Table_3_s_third_row_could_not_be_significant_on_either_set_and_its_second_could_on_CASME_II()
    {
        AblationFinding Row(DatasetId dataset, string label) =>
            PaperAudit.Ablations(dataset).Single(f => f.Table == 3 && f.Row.Contains(label, StringComparison.Ordinal));
        Assert.False(Row(DatasetId.CasmeII, "X+Y").Possible);
        Assert.False(Row(DatasetId.Samm, "X+Y").Possible);
        Assert.True(Row(DatasetId.CasmeII, "(X)").Possible);
        // Two rows in Table 3: the larger p stays, the smaller one doubles.
        Assert.Equal(0.125, Row(DatasetId.CasmeII, "X+Y").HolmP, 9);
        Assert.Equal(2.0 / 8388608, Row(DatasetId.CasmeII, "(X)").HolmP, 9);
    }

    [Theory]
    [InlineData(101, 50, 10, 5)]
    [InlineData(50, 50, 0, 1)]
    [InlineData(50, 50, 10, 11)]
    public void What_no_clips_can_give_is_refused(double first, double second, int clips, int subjects) =>
        Assert.Throws<UserErrorException>(() => BestCase.Of((decimal)first, (decimal)second, clips, subjects));
}
