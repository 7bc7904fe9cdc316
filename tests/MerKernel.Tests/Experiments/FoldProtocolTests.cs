using System.Collections.Immutable;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Synthetic;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Tests.Experiments;

/// <summary>The protocols over several data sets: the composite of MEGC 2019, and one data set left out.</summary>
[Collection(AloneCollection.Name)]
public sealed class FoldProtocolTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_cameras_of_the_same_sessions_are_no_two_data_sets()
    {
        Assert.Contains("SMIC and SMIC (VIS) show the same people", Assert.Throws<UserErrorException>(() =>
            FoldProtocol.DemandOthers([DatasetId.CasmeII, DatasetId.Smic, DatasetId.SmicVis])).Message);
        FoldProtocol.DemandOthers([DatasetId.CasmeII, DatasetId.Smic, DatasetId.Casme3]);
    }

    /// <summary>
    /// Two sets of which both have subjects 01 and 02; the second comes without action units and at another frame rate.
    /// </summary>
    static ImmutableArray<MerDataset> Parts(bool unitsInBoth = false)
    {
        var (first, second) = (TinyDataset.Create(subjects: 3, clipsPerSubject: 3),
            TinyDataset.Create(subjects: 2, clipsPerSubject: 6, seed: 2));
        MerDataset As(MerDataset data, DatasetId id, double rate, bool units) => new()
        {
            Id = id, Synthetic = true, Fingerprint = data.Fingerprint, Classes = data.Classes, Labels = data.Labels,
            Frames = data.Frames, OnsetFrames = data.OnsetFrames, ApexFrames = data.ApexFrames, Source = data.Source,
            Clips = [.. data.Clips
                .Select(c => c with { Dataset = id, FrameRate = rate, ActionUnits = units ? c.ActionUnits : [] })],
        };
        return [As(first, DatasetId.CasmeII, 200, units: true), As(second, DatasetId.Smic, 100, units: unitsInBoth)];
    }

    [Fact]
    public void In_the_composite_every_subject_of_every_set_is_a_fold()
    {
        using var data = FoldProtocol.Composite.Of(Parts());
        Assert.Equal(["casme2-01", "casme2-02", "casme2-03", "smic-01", "smic-02"], data.Subjects.AsEnumerable());
        Assert.Equal(9 + 12, data.Clips.Length);
        Assert.Equal(["casme2-01/EP00", "smic-01/EP00"], new[] { data.Clips[0].Id, data.Clips[9].Id });
        var split = FoldSplit.LeaveOut(data, "smic-01");
        // Subject 01 of the other set is another person, who is trained on.
        Assert.Equal([9, 10, 11, 12, 13, 14], split.Test.AsEnumerable());
        Assert.Equal(15, split.Train.Length);
        Assert.False(data.HasActionUnits);
    }

    [Fact]
    public void A_whole_set_is_left_out_with_all_its_people()
    {
        using var data = FoldProtocol.LeaveOneDatasetOut.Of(Parts());
        Assert.Equal(["casme2", "smic"], data.Subjects.AsEnumerable());
        Assert.Equal("smic/01/EP00", data.Clips[9].Id);
        var split = FoldSplit.LeaveOut(data, "casme2");
        Assert.Equal(Enumerable.Range(9, 12), split.Train);
        Assert.Equal(Enumerable.Range(0, 9), split.Test);
        Assert.Equal(["casme2-01", "casme2-02", "casme2-03", "smic-01", "smic-02"],
            data.Clips.Select(FoldProtocol.LeaveOneDatasetOut.PersonOf).Distinct());
    }

    [Fact]
    public void Frames_and_labels_are_those_of_the_parts()
    {
        var parts = Parts();
        byte[] Apex(MerDataset data, int clip) => data.Frames[data.ApexFrames[clip][0]].contiguous().bytes.ToArray();
        byte[][] expected = [.. Enumerable.Range(0, 9).Select(i => Apex(parts[0], i)),
            .. Enumerable.Range(0, 12).Select(i => Apex(parts[1], i))];
        int[] labels = [.. parts[0].Labels, .. parts[1].Labels];
        using var data = FoldProtocol.Composite.Of(parts);
        // Before the frames are joined: these sources, unlike files, are the frames themselves.
        using var sequence = data.Source!.Sequence(2);
        Assert.Equal([21, 2, 3, 32, 32], sequence.shape);
        Assert.Equal(expected, Enumerable.Range(0, 21).Select(i => Apex(data, i)));
        Assert.Equal(labels, data.Labels.AsEnumerable());
        using var cross = FoldProtocol.LeaveOneDatasetOut.Of(Parts());
        // Another protocol is another experiment.
        Assert.NotEqual(data.Fingerprint, cross.Fingerprint);
    }

    [Fact]
    public void One_set_or_sets_of_other_classes_are_no_composite()
    {
        var parts = Parts();
        Assert.Contains("needs two data sets at least; CASME II alone is there",
            Assert.Throws<UserErrorException>(() => FoldProtocol.Composite.Of([parts[0]])).Message,
            StringComparison.Ordinal);
        using var four = TinyDataset.Create(classes: 4);
        Assert.Contains("are not prepared alike",
            Assert.Throws<UserErrorException>(() => FoldProtocol.Composite.Of([parts[0], four])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_are_given_for_all_clips_and_for_each_set()
    {
        using var data = FoldProtocol.Composite.Of(Parts());
        // In the first set class 0 is taken for class 1; in the second everything is right.
        var folds = data.Subjects.Select(s =>
        {
            int[] clips = [.. Enumerable.Range(0, data.Clips.Length).Where(i => data.Clips[i].Subject == s)];
            return new FoldPrediction
            {
                Subject = s, Clips = [.. clips.Select(i => data.Clips[i].Id)],
                Labels = [.. clips.Select(i => data.Labels[i])], TrainingLoss = [0],
                Logits = [[.. clips.Select(i => Enumerable.Range(0, 3)
                    .Select(c => c == (i < 9 && data.Labels[i] == 0 ? 1 : data.Labels[i]) ? 1f : 0f)
                    .ToImmutableArray())]],
            };
        }).ToList();
        var scores = PartScore.Of(data, new FinalEpoch().Apply(folds));
        Assert.Equal(new DatasetId?[] { null, DatasetId.CasmeII, DatasetId.Smic }, scores.Select(s => s.Dataset));
        Assert.Equal([(21, 5), (9, 3), (12, 2)], scores.Select(s => (s.Clips, s.People)));
        // First set: TP 0, 3, 3 of 3 each; F1 0, 6 / (6 + 3), 1; recall 0, 1, 1. Both: TP 4, 7, 7 of 7 each, 3 of class
        // 0 called 1: F1 8 / 11, 14 / 17, 1; recall 4 / 7, 1, 1.
        Assert.Equal([(8 / 11.0 + 14 / 17.0 + 1) / 3, (0 + 2 / 3.0 + 1) / 3, 1], scores.Select(s => s.UF1), Near);
        Assert.Equal([(4 / 7.0 + 2) / 3, 2 / 3.0, 1], scores.Select(s => s.Uar), Near);
        Assert.Equal([18 / 21.0, 6 / 9.0, 1], scores.Select(s => s.Accuracy), Near);
        // Four frames at 200 and at 100 per second; the median of 9 and 12 clips is the second's.
        Assert.Equal([40, 20, 40], scores.Select(s => s.ApexMilliseconds!.Value), Near);
    }

    [Fact]
    public void Rows_that_need_action_units_are_left_out_where_a_set_has_none()
    {
        using var data = FoldProtocol.Composite.Of(Parts());
        var full = LosoEngineTests.Tiny(data);
        Assert.Contains("has clips without coded action units",
            Assert.Throws<UserErrorException>(() => FoldRun.Train(full, data, "smic-01", torch.CPU)).Message,
            StringComparison.Ordinal);
        var fold = FoldRun.Train(full with { ActionUnits = ActionUnitSource.None }, data, "smic-01", torch.CPU);
        Assert.Equal(6, fold.Clips.Length);
    }

    /// <summary>
    /// Where a whole set is left out, the sets that remain may be one: its people are still several, and a unit that
    /// two of them show is learned.
    /// </summary>
    [Fact]
    public void A_detector_tells_people_apart_where_a_set_is_left_out()
    {
        using var data = FoldProtocol.LeaveOneDatasetOut.Of(Parts(unitsInBoth: true));
        double[] thresholds = [];
        FoldRun.Train(LosoEngineTests.Tiny(data) with { ActionUnits = ActionUnitSource.Predicted }, data, "smic",
            torch.CPU,
            finished: (_, detector) =>
                thresholds = [.. detector!.State.Single(s => s.Key == "detector.thresholds").Value.data<double>()]);
        var learnable = data.Clips.Take(9).SelectMany(c =>
            c.ActionUnits.Select(u => (u.Number, Person: FoldProtocol.LeaveOneDatasetOut.PersonOf(c), c.Id)))
            .GroupBy(u => u.Number)
            .Where(g => g.Select(u => u.Id).Distinct().Count() >= 3 && g.Select(u => u.Person).Distinct().Count() >= 2)
            .Select(g => g.Key).Order().ToList();
        Assert.NotEmpty(learnable);
        Assert.Equal(learnable, ActionUnits.Used.Where((_, u) => double.IsFinite(thresholds[u])).Order());
    }

    [Fact]
    public void What_was_chosen_about_a_part_is_said_of_the_composite_too()
    {
        foreach (var id in DatasetNames.Paper) SyntheticSet.Write(id, SyntheticOptions.Tiny, _folder.File("data"));
        var first = SyntheticSet.Truth(DatasetId.Samm, SyntheticOptions.Tiny)[0];
        var left = $"{first.Subject}/{first.Name}";
        new DataChoices { Exclude = (ImmutableArray<string>)[left] }.Keep(_folder.File("data"), DatasetId.Samm);
        var said = new List<string>();
        using var bench = new Workbench
        {
            Profile = Profile.Tiny, StoreFolder = _folder.File("store"), CacheFolder = _folder.File("cache"),
            DataFolder = _folder.File("data"), Parts = [.. DatasetNames.Paper], Say = said.Add,
        };
        _ = bench.Load(DatasetId.Composite);
        Assert.Single(said, s => s.StartsWith("SAMM (synthetic): ", StringComparison.Ordinal)
            && s.EndsWith($"; chosen with mer data prepare: --exclude {left}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_workbench_makes_both_protocols_of_synthetic_sets_and_resumes_them()
    {
        Workbench Bench() => new()
        {
            Profile = Profile.Tiny, StoreFolder = _folder.File("store"), CacheFolder = _folder.File("cache"),
            DataFolder = _folder.File("data"), Parts = [DatasetId.CasmeII, DatasetId.Samm, DatasetId.Smic],
            Only = [DatasetId.CrossDataset],
        };
        foreach (var id in FoldProtocol.Usual) SyntheticSet.Write(id, SyntheticOptions.Tiny, _folder.File("data"));
        using (var bench = Bench())
        {
            var data = bench.Load(DatasetId.Composite);
            // Three subjects each; clips of 'others' and of SAMM's 'Other' are in none of the three classes.
            Assert.Equal(9, data.Subjects.Length);
            Assert.Equal(["negative", "positive", "surprise"], data.Classes.AsEnumerable());
            Assert.Equal([DatasetId.CasmeII, DatasetId.Samm, DatasetId.Smic],
                data.Clips.Select(c => c.Dataset).Distinct());
            Assert.Equal(9, data.Clips.Count(c => c.Dataset == DatasetId.Smic));
            Assert.True(data.Synthetic);
            Assert.NotNull(bench.Lacks(Tables.Full, DatasetId.Composite));
            Assert.Null(bench.Lacks(Tables.WithoutActionUnits, DatasetId.Composite));
            var cross = bench.Load(DatasetId.CrossDataset);
            Assert.Equal(["casme2", "samm", "smic"], cross.Subjects.AsEnumerable());
            var experiment = bench.Experiment(Tables.Named("ststnet"), DatasetId.CrossDataset);
            Assert.Empty(new LosoEngine(bench.Store).Run([experiment], cross));
            Assert.NotNull(bench.Result(Tables.Named("ststnet"), DatasetId.CrossDataset, seed: 1));
            Assert.Equal(3, new RunCatalogue(bench.Store).Of(experiment).AllFolds);
            Assert.Equal(["CASME2", "SAMM", "SMIC"],
                bench.Folders(DatasetId.CrossDataset).Select(f => Path.GetRelativePath(_folder.File("data"), f)));
        }
        using var again = Bench();
        again.LoadPrepared(DatasetId.CrossDataset);
        Assert.NotNull(again.Result(Tables.Named("ststnet"), DatasetId.CrossDataset, seed: 1));
        ItsTablesHaveWhatAllSetsCanRun(again);
        ItsScoresAreThoseOfPeople(again);
    }

    void ItsScoresAreThoseOfPeople(Workbench bench)
    {
        var (data, run) = (bench.Dataset(DatasetId.CrossDataset),
            bench.Result(Tables.Named("ststnet"), DatasetId.CrossDataset, seed: 1)!);
        File.WriteAllText(_folder.File("cross.csv"), RunExport.EveryEpoch(run.Read()!, data.Classes, seed: 1).ToCsv());
        var scores = PredictionScores.Of("Mine", Predictions.Read(_folder.File("cross.csv"), data), data);
        var row = Scoring.Rows(bench, [Tables.Numbered(1)], [new FinalEpoch()])
            .Single(r => r.Method is Peer { Key: "ststnet" });
        Assert.Contains($"{data.Clips.Length} clips of 9 subjects", scores.ToMarkdown());
        Assert.Contains($"[{Figures.Percent(row.Score!.AccuracyInterval)}]", scores.ToMarkdown());
        // SMIC has no action units to look up.
        Assert.DoesNotContain(Rule.Lookup, scores.ToMarkdown());
        Assert.Equal("one data set left out (CASME II, SAMM, SMIC)", row.Title);

        var catalogue = new RunCatalogue(bench.Store);
        var info = catalogue.Find(run.Hash);
        var comparison = RunComparison.Of(catalogue, info, info);
        Assert.Equal((9, data.Clips.Length), (comparison.Subjects.Length, comparison.Clips));
    }

    [Fact]
    public void Tables_of_sets_that_all_have_action_units_are_compared_and_name_no_real_counts()
    {
        foreach (var id in DatasetNames.Paper) SyntheticSet.Write(id, SyntheticOptions.Tiny, _folder.File("data"));
        using var bench = new Workbench
        {
            Profile = Profile.Tiny, StoreFolder = _folder.File("store"), CacheFolder = _folder.File("cache"),
            DataFolder = _folder.File("data"), Parts = DatasetNames.Paper, Only = [DatasetId.Composite],
        };
        var data = bench.Load(DatasetId.Composite);
        Assert.Empty(new LosoEngine(bench.Store).Run([.. new[] { Tables.Full, Tables.WithoutActionUnits }
            .Select(m => bench.Experiment(m, DatasetId.Composite))], data));
        var rows = Scoring.Rows(bench, [Tables.Numbered(7)], [new MeanOfLastK(2)]);
        var compared = rows.Where(r => r.AgainstFull is not null).ToList();
        Assert.Contains(compared, r => r.Method == Tables.WithoutActionUnits);
        Assert.All(compared, r => Assert.NotNull(r.Detectable));
        Assert.All(rows, r => Assert.Null(r.OnRealCounts));
    }

    static void ItsTablesHaveWhatAllSetsCanRun(Workbench bench)
    {
        var rows = Scoring.Rows(bench, [Tables.Numbered(1), Tables.Numbered(7)], [new FinalEpoch()]);
        Assert.All(rows, r => Assert.Equal((DatasetId.CrossDataset, null), (r.Dataset, r.Paper)));
        // SMIC has no action units: neither the rows nor the rules that read them are there, nor what the paper only
        // reports.
        Assert.Equal(["full network without action units"],
            rows.Where(r => r.Table.Number == 7 && r.Kind != RowKind.Baseline).Select(r => r.Method!.Name));
        Assert.Equal(["guess by class frequency", Rule.Majority],
            rows.Where(r => r is { Table.Number: 7, Kind: RowKind.Baseline, Method: null }).Select(r => r.Label));
        Assert.DoesNotContain(rows, r => r.Kind == RowKind.PublishedOnly || r.Method is Peer { Key: "au-gcn" });
        var measured = Assert.Single(rows, r => r.Method is Peer && r.Score is not null);
        Assert.Equal(("ststnet", bench.Dataset(DatasetId.CrossDataset).Clips.Length, 9),
            (measured.Method!.Key, measured.Score!.Clips, measured.Score.Folds));
        Assert.Equal(["negative", "positive", "surprise"], measured.Classes.AsEnumerable());
        // Three folds, and nine people ('casme2/01/EP01' is of casme2's 01) whom the interval draws.
        var decided = new FinalEpoch().Apply(bench.Result(measured.Method, DatasetId.CrossDataset, seed: 1)!.Read()!);
        var people = decided.Folds.SelectMany(f => f.Clips.Select((clip, i) =>
            (Person: string.Join('/', clip.Split('/')[..2]), Label: f.Labels[i], Prediction: f.Predictions[i])))
            .GroupBy(c => c.Person).Select(p =>
                ConfusionMatrix.Of([.. p.Select(c => c.Label)], [.. p.Select(c => c.Prediction)], 3)).ToList();
        Assert.Equal(9, people.Count);
        Assert.Equal(SubjectBootstrap.Of(people, [Metrics.Accuracy])[0], measured.Score.AccuracyInterval);
        var text = ResultTable.ToMarkdown(rows);
        Assert.Contains("Table 1: Comparison with published methods\n", text, StringComparison.Ordinal);
        Assert.Contains("every clip of the 3 classes", text, StringComparison.Ordinal);
        var majority = rows.First(r => r.Label == Rule.Majority).Score!.Accuracy;
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"the best network run on one data set left out (CASME II, SAMM, SMIC) is STSTNet (2019) (synthetic data, tiny profile; {measured.Score.Clips} clips of 9 subjects): {100 * measured.Score.Accuracy:0.0} %"),
            Assert.Single(Summary.Of(rows)), StringComparison.Ordinal);
        Assert.EndsWith(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"would give {100 * majority:0.0} %."),
            Assert.Single(Summary.Of(rows)), StringComparison.Ordinal);
    }

    static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;
}
