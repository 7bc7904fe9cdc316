using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
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
    public void A_device_that_is_not_there_is_refused() =>
        Assert.Throws<UserErrorException>(() => Study.Unloaded(device: "cuda:99"));

    [Fact]
    public void Seeds_are_the_workbenchs()
    {
        using var study = Study.Unloaded(seeds: [4, 5, 4]);
        Assert.Equal([4, 5], study.Seeds.AsEnumerable());
        Assert.Equal(4, study.Bench.Seed);
    }

    /// <summary>Written in a notebook, under labels of its own, a row finds the paper's by what it computes.</summary>
    [Fact]
    public void A_row_that_computes_the_papers_stands_next_to_its_numbers()
    {
        using var study = Study.Unloaded(Profile.Tiny);
        foreach (var paper in Tables.All)
        {
            var ran = paper.Rows.Where(r => r.Method is not null).ToList();
            var table = study.Compare(paper.Number, [.. ran.Select((r, i) =>
                ($"row {i}", (Func<Experiment, Experiment>)(full => r.Method!.Of(full, Profile.Tiny))))]);
            Assert.Equal(ran.Select((r, i) => r with { Label = $"row {i}" }),
                table.Paper.Rows.Where(r => r.Method is not null));
            Assert.Equal(paper.Rows.Where(r => r.Method is null), table.Paper.Rows.Where(r => r.Method is null));
        }
    }

    [Fact]
    public void Without_action_units_no_row_is_next_to_the_papers_numbers_and_no_control_is_shown_twice()
    {
        using var study = Study.Unloaded(Profile.Tiny.With(actionUnits: false));
        Assert.Contains("action units", study.Changes);
        var compared = study.Compare(3,
            ("Y", full => full.WithModel(m => m with { Attention = AttentionDirection.Vertical })),
            ("X", full => full.WithModel(m => m with { Attention = AttentionDirection.Horizontal })));
        Assert.Equal(DatasetNames.Paper, compared.Datasets);
        var table = compared.Paper;
        Assert.All(table.Rows, r => Assert.Null(r.CasmeII));
        Assert.Equal(["Y", "X"], table.Rows.Select(r => r.Label));
        Assert.All(study.Table(3).Paper.Rows.SelectMany(r => DatasetNames.Paper.Select(r.On)), Assert.Null);
        Assert.Equal([Tables.ShuffledActionUnits], table.Controls);
        var full = new Experiment { Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Model = Profile.Tiny.Model };
        // The row Y is what Table 7 calls without action units: folds of one are those of the other.
        Assert.Equal(ExperimentHash.Of(Tables.WithoutActionUnits.Of(full, Profile.Tiny)),
            ExperimentHash.Of(table.Rows[0].Method!.Of(full with { ActionUnits = ActionUnitSource.None },
                Profile.Tiny)));
    }

    [Fact]
    public void Any_other_row_is_ones_own_and_the_full_network_is_added()
    {
        using var study = Study.Unloaded(Profile.Tiny);
        var table = study.Compare(4, ("shorter", full => full with { Training = full.Training with { Epochs = 1 } }));
        Assert.Equal(["shorter", "full network"], table.Paper.Rows.Select(r => r.Label));
        Assert.All(table.Paper.Rows, r => Assert.Null(r.CasmeII));
        Assert.Equal(Tables.Full, table.Paper.Rows[1].Method);
        Assert.Throws<UserErrorException>(() => study.Compare(4));
        // It would take the place of the row that everything is compared with.
        Assert.Contains("Two rows are called 'full network'", Assert.Throws<UserErrorException>(() => study.Compare(4,
            ("full network", full => full with { Training = full.Training with { Epochs = 1 } }))).Message);
        // A change that leaves one data set as it is.
        var half = study.Compare(4, ("longer on SAMM", full => full.Dataset != DatasetId.Samm ? full
            : full with { Training = full.Training with { Epochs = 9 } })).Paper.Rows[0];
        Assert.Equal(9, half.Method!.Of(new()
        {
            Dataset = DatasetId.Samm, DatasetFingerprint = "", Model = Profile.Tiny.Model
        }, Profile.Tiny).Training.Epochs);
        (string, Func<Experiment, Experiment>)[] twice =
            [("same", full => full), ("same", full => full.WithModel(m => m with { Continuous = false }))];
        foreach (var of in (Action[])[() => study.Compare(4, twice), () => study.Table(4, twice)])
            Assert.Equal("Two rows are called 'same'; give one another label.",
                Assert.Throws<UserErrorException>(of).Message);
    }

    [Fact]
    public void Changed_hyperparameters_are_said_and_unchanged_ones_are_the_profiles_experiments()
    {
        using var changed = Study.Unloaded(Profile.Tiny with { Training = Profile.Tiny.Training with { Epochs = 7 } });
        Assert.Contains("epochs 7 instead of 2", $"{changed.Changes}");
        using var same = Study.Unloaded(Profile.Tiny with
        {
            Training = Profile.Tiny.Training with
            {
                Epochs = Profile.Tiny.Training.Epochs,
                Augmentation = Profile.Tiny.Training.Augmentation with { }
            }
        });
        Assert.Equal("", same.Changes);
        Assert.Equal(Profile.Tiny, same.Bench.Profile);
    }
}
