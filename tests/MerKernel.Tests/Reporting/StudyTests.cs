using MerKernel.Evaluation;
using MerKernel.Reports;
using MerKernel.Training;

namespace MerKernel.Tests.Reporting;

public class StudyTests
{
    [Fact]
    public void One_protocol_stands_beside_the_final_epoch()
    {
        using var study = Study.Unloaded(protocol: "last-5");
        Assert.Equal([new FinalEpoch(), new MeanOfLastK(5)], study.Protocols.AsEnumerable());
    }

    [Fact]
    public void Any_two_protocols_stand_side_by_side()
    {
        using var study = Study.Unloaded(protocol: "last-5, best-test");
        Assert.Equal([new MeanOfLastK(5), new BestTestEpoch()], study.Protocols.AsEnumerable());
    }

    [Theory]
    [InlineData("best-test", 0)]
    [InlineData("held-out", 2)]
    [InlineData("held-out, best-test", 2)]
    public void Choosing_an_epoch_on_held_out_subjects_holds_two_out(string protocol, int heldOut)
    {
        using var study = Study.Unloaded(protocol: protocol);
        Assert.Equal(heldOut, study.Bench.HeldOutSubjects);
        using var other = Study.Unloaded(protocol: protocol, heldOut: 3);
        Assert.Equal(3, other.Bench.HeldOutSubjects);
    }

    [Fact]
    public void A_precision_makes_other_experiments()
    {
        using var usual = Study.Unloaded();
        using var mixed = Study.Unloaded(precision: "bf16");
        Assert.Equal((Precision.Single, Precision.BFloat16), (usual.Bench.Precision, mixed.Bench.Precision));
        Assert.Throws<UserErrorException>(() => Study.Unloaded(precision: "fp64"));
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused() => Assert.Throws<UserErrorException>(() => Study.Unloaded(device: "cuda:99"));

    [Fact]
    public void Seeds_are_the_workbenchs()
    {
        using var study = Study.Unloaded(seeds: [4, 5, 4]);
        Assert.Equal([4, 5], study.Seeds.AsEnumerable());
        Assert.Equal(4, study.Bench.Seed);
    }
}
