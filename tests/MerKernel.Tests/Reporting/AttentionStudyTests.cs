using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Reports;
using MerKernel.Reports.Attention;
using MerKernel.Synthetic;
using static TorchSharp.torch;

namespace MerKernel.Tests.Reporting;

/// <summary>What a study of networks' attention, a sweep and a training are asked, and cannot do.</summary>
[Collection(AloneCollection.Name)]
public sealed class AttentionStudyTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Study _study;

    public AttentionStudyTests()
    {
        _study = new()
        {
            Bench = new Workbench { Root = _folder.Path, Profile = Profile.Tiny, Synthetic = new SyntheticData() },
            Protocols = [EpochProtocol.Default], Device = CPU,
        };
        _study.Bench.Load(DatasetId.CasmeII);
    }

    public void Dispose()
    {
        _study.Dispose();
        _folder.Dispose();
    }

    static string Refused(Action what) => Assert.Throws<UserErrorException>(what).Message;

    AttentionStudy Look(params (string, Func<Experiment, Experiment>)[] networks) =>
        new(_study, "casme2", 1, null, networks);

    static MerNetOptions Columns(MerNetOptions options) => options with
    {
        Attention = AttentionDirection.Horizontal,
        Position = PositionStream.None
    };

    [Fact]
    public void Networks_without_a_part_of_figure_1_are_named_and_no_label_means_all()
    {
        var look = Look(("full", full => full),
            ("columns", full => full.WithModel(Columns)));
        look.Run();
        const string position = "'columns' has no position stream; leave it out.";
        Assert.Equal(position, Refused(() => look.Rollouts("full", "columns")));
        Assert.Equal(position, Refused(() => look.RolloutFigures("columns")));
        const string rows = "'columns' has no weights of rows; leave it out.";
        Assert.Equal(rows, Refused(() => look.RowProfiles()));
        Assert.Equal(rows, Refused(() => look.RowProfilesByEmotion("columns")));
        Assert.Equal("There is no network 'colums' here; the networks are full, columns.",
            Refused(() => look.Maps("colums")));
        using var maps = look.Maps().Image;
        using var named = look.Maps("full", "columns").Image;
        Assert.Equal(named.Size(), maps.Size());
        Assert.StartsWith("No fold here leaves out subject '99'", Refused(() => look.Everyone("full", "99")));
    }

    [Fact]
    public void Networks_that_cannot_be_looked_into_are_refused_before_any_is_trained()
    {
        Assert.StartsWith("'OffApexNet' is no variant of the paper's network", Refused(() =>
            Look(("OffApexNet", full => full.With(OffApexNet.Baseline.Reduced)))));
        Assert.StartsWith("Two rows are called 'a'", Refused(() => Look(("a", full => full), ("a", full => full))));
        Assert.StartsWith("'shuffled' sees other action units than the coders'", Refused(() =>
            Look(("shuffled", full => full with { ActionUnits = ActionUnitSource.Shuffled }))));
        Assert.StartsWith("No network was named", Refused(() => Look()));
    }

    [Fact]
    public void A_sweep_or_a_training_over_no_subject_is_refused()
    {
        var full = _study.Full(DatasetId.CasmeII);
        Assert.StartsWith("Subject '99' has no clip in this data set", Refused(() => _study.Train([full], ["99"])));
        Assert.StartsWith("A sweep of 1 points over 0 subjects",
            Refused(() => _study.Run(new Sweep(full), subjects: 0)));
        Assert.Empty(Directory.Exists(_study.Bench.Store.Folder)
            ? Directory.EnumerateFiles(_study.Bench.Store.Folder, "fold-*", SearchOption.AllDirectories) : []);
    }
}
