using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Baselines;

namespace MerKernel.Tests.Cluster;

public class GridPlanTests
{
    [Fact]
    public void A_fold_costs_three_passes_over_its_training_clips_and_one_over_its_test_clips_in_every_epoch()
    {
        using var folder = new TemporaryFolder();
        var row = Grids.Row(Tables.Full);
        var plan = Grids.Plan(new RunStore(folder.Path), row);
        var macs = ModelSummary.Of(row.Experiment.Model).Macs;
        // 14 clips; subject 01 has nine: five are trained on. Two FLOP to a MAC, two epochs.
        Assert.Equal(2.0 * macs * 2 * (3 * 5 + 9), plan.Folds.Single(f => f.Subject == "01").Flop);
    }

    [Fact]
    public void What_is_computed_once_for_a_data_set_is_no_cost_of_a_fold()
    {
        // AMAN's frozen ResNet sees 22 images a clip once; of the trained part every layer counts.
        var aman = new AmanOptions { InputSize = 32, Frames = 11, Versions = 2, WidthDivisor = 32 };
        var experiment = Grids.Row(Tables.Full).Experiment with { Model = aman, ActionUnits = ActionUnitSource.None };
        var trained = ModelSummary.Of(aman, actionUnits: false).Layers
            .Where(l => l.Name != "(network)").Sum(l => l.Macs);
        Assert.Equal(2.0 * experiment.Training.Epochs * trained, new FoldCost().Flop(experiment)(0, 1));
        Assert.True(ModelSummary.Of(aman, actionUnits: false).Macs > 2 * trained);
    }

    [Fact]
    public void A_pretraining_counts_every_frame_it_encodes()
    {
        var bert = new MicronBertOptions { InputSize = 32, Width = 16, PretrainingEpochs = 3, LocalCrops = 2 };
        var experiment = Grids.Row(Tables.Full).Experiment with
        {
            Model = bert,
            ActionUnits = ActionUnitSource.None,
            Training = Profile.Tiny.Training with { Epochs = 4 }
        };
        // Two frames there and back in each of four epochs; in three of them two crops there and back, and a frame
        // there only. Three passes of two FLOP to a MAC.
        var frame = ModelSummary.Of(bert, actionUnits: false).Macs / 2.0;
        Assert.Equal(2 * frame * (4 * 2 * 3 + 3 * (2 * 3 + 1)), new FoldCost().Flop(experiment)(1, 0), 1e-6);
        Assert.Equal(2 * frame * 4 * 2 * 3,
            new FoldCost().Flop(experiment with { Model = bert with { Pretrained = new("abc") } })(1, 0), 1e-6);
    }

    [Fact]
    public void The_longest_folds_come_first()
    {
        using var folder = new TemporaryFolder();
        var plan = Grids.Plan(new RunStore(folder.Path), Grids.Row(Tables.ChangeNamed("baseline")),
            Grids.Row(Tables.Full));
        Assert.Equal(plan.Folds.Select(f => f.Flop).OrderDescending(), plan.Folds.Select(f => f.Flop));
        Assert.Equal(("full", "02"), (plan.Folds[0].Row.Variant, plan.Folds[0].Subject));
        Assert.Equal(("baseline", "01"), (plan.Folds[^1].Row.Variant, plan.Folds[^1].Subject));
    }

    [Fact]
    public void What_is_stored_is_not_missing()
    {
        using var folder = new TemporaryFolder();
        var (store, row) = (new RunStore(folder.Path), Grids.Row(Tables.Full));
        store.Save(row.Hash,
            new FoldPrediction { Subject = "03", Clips = [], Labels = [], Logits = [], TrainingLoss = [] },
            new FoldFacts(1, DateTime.UnixEpoch, "cpu"));
        File.WriteAllText(Path.Combine(store.FolderOf(row.Hash), "fold-01.json.damaged"), "");
        Assert.Equal(["02", "01"], Grids.Plan(store, row).Missing.Select(f => f.Subject));
    }

    [Theory]
    [InlineData("4,7", 2 * 5), InlineData("2", 2 * 7)]
    public void Tables_bring_their_rows_and_controls_and_a_shared_row_comes_once(string tables, int rows)
    {
        // Tables 4 and 7: full, independent, no-au and the shuffled control on both sets. Table 2: five rows and two
        // controls.
        var shown = Tables.Work(tables.Split(',').Select(t => Tables.Numbered(int.Parse(t))), DatasetNames.Paper);
        Assert.Equal(rows, shown.Length);
        Assert.Equal(tables.Split(',').Select(int.Parse),
            shown.Single(w => w.Method == Tables.Full && w.Dataset == DatasetId.Samm).Tables);
    }
}
