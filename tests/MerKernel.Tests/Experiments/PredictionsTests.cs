using System.Diagnostics;
using MerKernel.Cli.Commands;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Experiments;

/// <summary>Predictions from elsewhere: what a file must hold, the leaks it can show, and what becomes of it.</summary>
[Collection(AloneCollection.Name)]
public sealed class PredictionsTests : IDisposable
{
    readonly MerDataset _data = TinyDataset.Create();
    readonly TemporaryFolder _folder = new();

    // Everything as the sheet has it.
    List<string> Truth => [.. _data.Clips.Select((c, i) => $"{c.Id},{c.Subject},{_data.Classes[_data.Labels[i]]}")];

    Predictions Read(IEnumerable<string> lines, string headings = "clip,fold,predicted")
    {
        var path = Path.Combine(_folder.Path, "predictions.csv");
        File.WriteAllText(path, string.Join('\n', lines.Prepend(headings)));
        return Predictions.Read(path, _data);
    }

    string Refused(IEnumerable<string> lines, string headings = "clip,fold,predicted") =>
        Assert.Throws<UserErrorException>(() => Read(lines, headings)).Message;

    [Fact]
    public void The_sheets_own_classes_score_everything_right()
    {
        var (seed, folds) = Assert.Single(Read(Truth).Runs);
        Assert.Null(seed);
        Assert.Equal(["01", "02", "03"], folds.Select(f => f.Subject));
        Assert.Equal(1, Score.Of(EpochProtocol.Default.Apply(folds), 3).Accuracy);
    }

    [Fact]
    public void Scores_in_any_order_of_columns_and_separators_name_the_largest()
    {
        // The second class everywhere: a third of the clips are of it.
        var read = Read(_data.Clips.Reverse().Select(c => $"{c.Id};-1;\"0.5\";2e-1"), "clip;class2;class1;class0");
        Assert.Equal(1.0 / 3, Score.Of(EpochProtocol.Default.Apply(read.Runs[0].Folds), 3).Accuracy, 12);
    }

    [Fact]
    public void Scores_that_are_equal_are_said()
    {
        const string headings = "clip,class0,class1,class2";
        Assert.DoesNotContain(Read(_data.Clips.Select(c => $"{c.Id},0,0,1"), headings).Remarks,
            r => r.Contains("share the highest score"));
        Assert.Contains($"In 2 of {_data.Clips.Length} rows several classes share the highest score: the first of " +
            "them, in the order class0, class1, class2, counts as predicted.",
            Read(_data.Clips.Select((c, i) => i == 0 ? $"{c.Id},0,0,0" : i == 1 ? $"{c.Id},0,2,2" : $"{c.Id},0,0,1"),
                headings).Remarks);
    }

    [Fact]
    public void The_class_that_the_file_decided_for_stays_so_where_rounded_scores_are_equal()
    {
        var read = Read(_data.Clips.Select((c, i) => $"{c.Id},class{_data.Labels[i]},0.5,0.5,0.5"),
            "clip,predicted,class0,class1,class2");
        Assert.Equal(1, Score.Of(EpochProtocol.Default.Apply(read.Runs[0].Folds), 3).Accuracy);
        Assert.DoesNotContain(read.Remarks, r => r.Contains("share the highest score"));
    }

    [Fact]
    public void Every_epoch_of_every_clip_serves_both_rules_and_one_epoch_per_fold_only_the_one_that_chooses()
    {
        IEnumerable<string> Epochs(Func<string, int[]> of) =>
            _data.Clips.SelectMany((c, i) => of(c.Subject).Select(e => $"{c.Id},{e},{(_data.Labels[i] + e) % 3}"));
        var all = Read(Epochs(_ => [0, 1, 2]), "clip,epoch,predicted");
        Assert.False(all.ChoosesEpochs);
        Assert.Equal((0, 1), (Score.Of(EpochProtocol.Default.Apply(all.Runs[0].Folds), 3).Accuracy,
            Score.Of(new BestTestEpoch().Apply(all.Runs[0].Folds), 3).Accuracy));

        var chosen = Read(Epochs(s => [s == "01" ? 0 : 3]), "clip,epoch,predicted");
        Assert.True(chosen.ChoosesEpochs);
        Assert.Contains("0 for subject 01, 3 for 02", Assert.Single(chosen.Remarks));
    }

    [Fact]
    public void Leaks_that_a_file_can_show_are_named_with_their_rows()
    {
        Assert.Contains("clip 01/EP00 is predicted 2 times (rows 2, 20)", Refused(Truth.Append(Truth[0])));
        Assert.Contains("1 of 18 clips are not predicted (03/EP17)", Refused(Truth.SkipLast(1)));
        Assert.Contains("subject 01 is tested in the folds 02 and 01",
            Refused(Truth.Select((l, i) => i == 0 ? l.Replace(",01,", ",02,") : l)));
        Assert.Contains("'best_epoch' is about a best epoch",
            Refused(Truth.Select(l => l + ",7"), "clip,fold,predicted,best_epoch"));
        Assert.Contains("epoch 1 of subject 01 lacks 5 of its clips",
            Refused(_data.Clips.Select((c, i) => $"{c.Id},{(i == 0 ? 1 : 2)},0"), "clip,epoch,predicted"));
    }

    [Fact]
    public void Rows_that_do_not_fit_the_data_are_named()
    {
        Assert.Contains("row 2: there is no clip '01/EP99'", Refused(Truth.Select(l => l.Replace("EP00", "EP99"))));
        Assert.Contains("row 2: 'class7' is no class",
            Refused(Truth.Select((l, i) => i == 0 ? "01/EP00,01,class7" : l)));
        Assert.Contains("'class0' in the coding sheet, not 'class1'",
            Refused(Truth.Select((l, i) => l + (i == 0 ? ",class1" : "")), "clip,fold,predicted,label"));
        Assert.Contains("class2 lack a column", Refused(["01/EP00,1,2"], "clip,class0,class1"));
        Assert.Contains("which is no finite number", Refused(["01/EP00,1,2,NaN"], "clip,class0,class1,class2"));
        Assert.Contains("no column 'clip'", Refused(["1,2"], "name,predicted"));
        Assert.Contains("'class0' is predicted, but 'class1' has the highest score",
            Refused(["01/EP00,0,1,0,class0"], "clip,class0,class1,class2,predicted"));
    }

    [Fact]
    public void The_cure_names_the_data_that_were_asked_for_and_clips_of_another_profile_are_told()
    {
        Read(Truth);
        string Refused(string of, string by)
        {
            var path = Path.Combine(_folder.Path, "predictions.csv");
            File.WriteAllText(path, File.ReadAllText(path).Replace(of, by));
            return Assert.Throws<UserErrorException>(() => Predictions.Read(path, _data, " --profile tiny")).Message;
        }
        Assert.EndsWith("mer folds --dataset casme2 --profile tiny --csv lists clips, classes and folds.",
            Refused("class1", "class9"));
        Assert.EndsWith(" Profiles differ in their synthetic clips: give the --profile that the predictions were " +
            "made with.", Refused("EP00", "EP99"));
    }

    [Fact]
    public void Fewer_folds_than_subjects_are_said()
    {
        var read = Read(Truth.Select(l => l.Replace(",01,", ",a,").Replace(",02,", ",a,")));
        Assert.Contains(read.Remarks, r => r.Contains("Fold a tests 2 subjects: this is no leave-one-subject-out"));
    }

    [Fact]
    public void A_fold_of_all_subjects_is_refused_since_nobody_is_left_to_train_on() =>
        Assert.Contains("fold A tests all 3 subjects, so nobody was left to train on; leave out one subject per fold",
            Refused(_data.Clips.Select((c, i) => $"{c.Id},A,{_data.Labels[i]}")));

    [Fact]
    public void Labels_may_head_the_scores_as_in_an_export_without_names()
    {
        var read = Read(_data.Clips.Select((c, i) =>
            $"{c.Id},{string.Join(',', Enumerable.Range(0, 3).Select(l => l == _data.Labels[i] ? 1 : 0))}"),
            "clip,0,1,2");
        Assert.Equal(1, Score.Of(EpochProtocol.Default.Apply(read.Runs[0].Folds), 3).Accuracy);
        Assert.Contains("1, 2 lack a column", Refused(["01/EP00,1"], "clip,0"));
        Assert.DoesNotContain(read.Remarks, r => r.Contains("Not used"));
    }

    [Fact]
    public void Every_row_says_its_epoch_or_none_does() =>
        Assert.Contains("1 of its rows have nothing under 'epoch'",
            Refused(_data.Clips.Select((c, i) => $"{c.Id},{(i == 0 ? "" : "3")},0"), "clip,epoch,predicted"));

    [Fact]
    public void Every_row_says_its_seed_or_none_does() =>
        Assert.Contains("1 of its rows have nothing under 'seed'",
            Refused(_data.Clips.Select((c, i) => $"{c.Id},{(i == 0 ? "" : "3")},0"), "clip,seed,predicted"));

    [Fact]
    public void Seeds_that_were_trained_for_different_times_chose_no_epoch() =>
        Assert.False(Read(_data.Clips.SelectMany((c, i) => new[] { (1, 30), (2, 40) }.Select(s =>
            $"{c.Id},{s.Item1},{s.Item2},{_data.Labels[i]}")), "clip,seed,epoch,predicted").ChoosesEpochs);

    [Fact]
    public void Over_several_seeds_the_difference_from_a_rule_is_their_mean()
    {
        // Seed 1 has every clip right, seed 2 none.
        var read = Read(_data.Clips.SelectMany((c, i) => new[] { 0, 1 }.Select(s =>
            $"{c.Id},{s + 1},{(_data.Labels[i] + s) % 3}")), "clip,seed,predicted");
        var majority = Rule.On(DatasetFacts.Of(_data)).Single(r => r.Label == Rule.Majority)
            .Run(DatasetFacts.Of(_data)).Sum(f => f.Labels.Zip(f.Predictions).Count(p => p.First == p.Second));
        var mean = 100 * (0.5 - (double)majority / _data.Clips.Length);
        Assert.Contains(PredictionScores.Of("Mine", read, _data).Notes, n =>
            n.StartsWith($"Mine minus majority class, 2 seeds pooled: accuracy {mean:+0.0;−0.0;0.0} points"));
    }

    [Fact]
    public void An_export_of_several_protocols_is_met_with_the_call_whose_file_can_be_scored()
    {
        IEnumerable<string> Rows(params (string Protocol, int Epoch)[] of) =>
            _data.Clips.SelectMany((c, i) => of.Select(p => $"{c.Id},{p.Protocol},{p.Epoch},{_data.Labels[i]}"));
        // Whether the epochs are the same or look like two of one run.
        foreach (var epoch in new[] { 1, 2 })
            Assert.Contains("of the epoch protocols final, best-test; give the rows of one, or every epoch as mer " +
                "runs export --protocol every writes it",
                Refused(Rows(("final", 2), ("best-test", epoch)), "clip,protocol,epoch,predicted"));
        Assert.False(Read(Rows(("final", 2)), "clip,protocol,epoch,predicted").ChoosesEpochs);
        var best = Read(Rows(("best-test", 2)), "clip,protocol,epoch,predicted");
        Assert.True(best.ChoosesEpochs);
        Assert.Contains("chosen on the test subject", Assert.Single(best.Remarks));
        var unnumbered = Read(_data.Clips.Select((c, i) => $"{c.Id},best-test,{_data.Labels[i]}"),
            "clip,protocol,predicted");
        Assert.Equal([false, true], Kept(unnumbered, EpochProtocol.SideBySide).Select(r => r.Score is not null));
    }

    /// <summary>A file's row in Table 3, as the tables have it.</summary>
    List<ResultRow> Kept(Predictions read, IEnumerable<EpochProtocol> protocols) => [.. new Scoring
    {
        Datasets = [DatasetFacts.Of(_data)], Profile = "small", Seeds = [1], OwnSeeds = (_, _) => [1],
        Protocols = [.. protocols],
        Runs = (method, _, _) => method is ReadMethod
            ? new RunResult("x", read.Runs[0].Folds) { ChoosesEpochs = read.ChoosesEpochs, File = read } : null,
    }.Rows(Tables.Numbered(3) with
    {
        Rows = [.. Tables.Numbered(3).Rows, new Row("Mine", new KeptPredictions("Mine")) { Note = "Read from a file." }]
    }).Where(r => r.Label == "Mine")];

    [Fact]
    public void A_file_without_epochs_has_one_figure_whose_epoch_is_not_said()
    {
        var read = Read(Truth.Select(l => l.Replace(",01,", ",a,").Replace(",02,", ",a,")));
        var row = Assert.Single(Kept(read, EpochProtocol.SideBySide));
        Assert.Equal((1.0, "not said", "not said"), (row.Score!.Accuracy, row.ProtocolLabel, row.ProtocolName));
        // The file's findings are below the table.
        Assert.StartsWith("Read from a file. ", row.Note);
        Assert.Contains("Fold a tests 2 subjects", row.Note);
        Assert.Contains("the epoch of these predictions is not said", row.Note);
        var page = ResultTable.ToMarkdown([row]);
        Assert.Contains("epoch not said", page);
        Assert.DoesNotContain("not run", page);
        Assert.Contains("\"protocol\": \"not said\"", JsonTables.Render([row]));
        var scores = PredictionScores.Of("Mine", read, _data).ToCsv();
        Assert.Contains("Mine,not said", scores);
        Assert.DoesNotContain("final epoch", scores);
        // Nor does a file tell of validation subjects, or a single epoch of the last ten.
        Assert.Null(Assert.Single(Kept(read, [new HeldOutSubjects(), new BestTestEpoch()])).Score);
        Assert.Null(Assert.Single(Kept(read, [new MeanOfLastK(10)])).Score);
    }

    [Fact]
    public void A_file_of_one_epoch_has_no_best_one_and_no_mean_of_the_last()
    {
        var read = Read(_data.Clips.Select((c, i) => $"{c.Id},7,{_data.Labels[i]}"), "clip,epoch,predicted");
        Assert.Equal([1.0, null, null], Kept(read, [new FinalEpoch(), new BestTestEpoch(), new MeanOfLastK(5)])
            .Select(r => r.Score?.Accuracy));
    }

    [Fact]
    public void A_file_that_says_its_epochs_has_a_figure_for_each_rule()
    {
        var read = Read(
            _data.Clips.SelectMany((c, i) => new[] { 0, 1 }.Select(e => $"{c.Id},{e},{(_data.Labels[i] + e) % 3}")),
            "clip,epoch,predicted");
        Assert.Equal([("final epoch", 0.0), ("epoch chosen on the test subject", 1.0)],
            Kept(read, EpochProtocol.SideBySide).Select(r => (r.ProtocolLabel, r.Score!.Accuracy)));
    }

    [Fact]
    public void A_name_that_is_taken_says_what_it_replaces()
    {
        var path = Path.Combine(_folder.Path, "mine.csv");
        var store = new RunStore(Path.Combine(_folder.Path, "store"));
        File.WriteAllText(path,
            "clip,predicted\n" + string.Join('\n', _data.Clips.Select((c, i) => $"{c.Id},{_data.Labels[i]}")));
        var kept = KeptPredictions.PathOf(store, _data, "Mine");
        Assert.Null(ScoreCommand.Replaced(kept, _data));
        Assert.Equal(kept, KeptPredictions.Keep(store, _data, "Mine", path));
        File.SetLastWriteTimeUtc(kept, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        Assert.Equal("replaces the predictions of 2026-01-02 03:04 UTC (accuracy 100.0 %)",
            ScoreCommand.Replaced(kept, _data));
        File.WriteAllText(kept, "clip,predicted\n");
        Assert.Contains("could not be scored any more", ScoreCommand.Replaced(kept, _data));
    }

    [Fact]
    public void A_kept_row_that_no_longer_fits_the_set_is_said()
    {
        var path = Path.Combine(_folder.Path, "mine.csv");
        var store = new RunStore(Path.Combine(_folder.Path, "store"));
        File.WriteAllText(path,
            "clip,predicted\n" + string.Join('\n', _data.Clips.Select((c, i) => $"{c.Id},{_data.Labels[i]}")));
        KeptPredictions.Keep(store, _data, "Mine", path);
        Assert.Empty(KeptPredictions.Hidden(store, _data));
        using var left = new MerDataset
        {
            Id = _data.Id, Synthetic = _data.Synthetic, Fingerprint = "left", Classes = _data.Classes,
            Clips = _data.Clips[1..], Labels = _data.Labels[1..], OnsetFrames = _data.OnsetFrames[1..],
            ApexFrames = _data.ApexFrames[1..],
        };
        Assert.StartsWith($"'Mine' predicts {_data.Clips.Length} clips of {_data.Title}, which has " +
            $"{_data.Clips.Length - 1} now; it is not shown.", Assert.Single(KeptPredictions.Hidden(store, left)));
        // A row of this name for the set as it is takes its place.
        KeptPredictions.Keep(store, left, "Mine", path);
        Assert.Empty(KeptPredictions.Hidden(store, left));
    }

    [Fact]
    public void A_kept_file_is_a_row_of_every_table_with_its_own_seeds()
    {
        var path = Path.Combine(_folder.Path, "mine.csv");
        File.WriteAllText(path, "clip,seed,predicted\n" + string.Join('\n', _data.Clips
            .SelectMany((c, i) => new[] { 4, 5 }.Select(s => $"{c.Id},{s},{(s == 4 ? _data.Labels[i] : 0)}"))));
        var store = new RunStore(Path.Combine(_folder.Path, "store"));
        KeptPredictions.Keep(store, _data, "Mine", path);
        Assert.Contains("names a row of the tables already",
            Assert.Throws<UserErrorException>(() => KeptPredictions.Keep(store, _data, "Ours", path)).Message);
        foreach (var name in (string[])["", "two\nlines", new string('µ', 60)])
            Assert.Contains("a few words on one line",
                Assert.Throws<UserErrorException>(() => KeptPredictions.Keep(store, _data, name, path)).Message);
        var kept = Assert.Single(KeptPredictions.Of(store, _data));

        var runs = Predictions.Read(path, _data).Runs;
        var rows = new Scoring
        {
            Datasets = [DatasetFacts.Of(_data)], Profile = "small", Seeds = [1, 2], OwnSeeds = (_, _) => [4, 5],
            Runs = (method, _, seed) =>
                method is ReadMethod ? new RunResult($"{seed}", runs.First(r => r.Seed == seed).Folds) : null,
        }.Rows(Tables.Numbered(3) with { Rows = [.. Tables.Numbered(3).Rows, new Row("Mine", kept)] })
            .Where(r => r.Label == "Mine" && r.Protocol is FinalEpoch).ToList();
        Assert.Equal([4, 5], rows.Select(r => r.Seed));
        Assert.Equal([1, 1.0 / 3], rows.Select(r => r.Score!.Accuracy), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Epochs_that_were_chosen_per_fold_have_no_score_at_the_final_epoch()
    {
        var folds = Read(Truth).Runs[0].Folds;
        var rows = new Scoring
        {
            Datasets = [DatasetFacts.Of(_data)], Profile = "small", Seeds = [1],
            Runs = (_, _, _) => new RunResult("x", folds) { ChoosesEpochs = true },
        }.Rows(Tables.Numbered(4)).Where(r => r.Label == "Independent attention").ToList();
        Assert.Null(rows.Single(r => r.Protocol is FinalEpoch).Score);
        Assert.NotNull(rows.Single(r => r.Protocol is BestTestEpoch).Score);
    }

    /// <summary>
    /// docs/examples/round_trip.py by only the standard library: the same look-up as ours, written a second time.
    /// </summary>
    [Fact]
    public void Pythons_look_up_scores_what_ours_does()
    {
        var list = Path.Combine(_folder.Path, "folds.csv");
        File.WriteAllText(list, FoldsCommand.Clips(_data).ToCsv());
        var written = Python("round_trip.py", list);
        Assert.Equal(written, Python("round_trip.py", list));
        var read = Read(written.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
        var ours = LosoBaseline.Run(DatasetFacts.Of(_data).Clips, AuLookup.Fit);
        Assert.Equal(ours.SelectMany(f => f.Predictions), read.Runs[0].Folds.SelectMany(f => f.At(0).Predictions));
    }

    /// <summary>
    /// docs/examples/loso_torch.py: a real leave-one-subject-out elsewhere, the same bytes twice, which the bands of
    /// the tiny data let it learn.
    /// </summary>
    [Fact]
    public void A_network_in_PyTorch_is_scored_byte_for_byte_the_same_twice()
    {
        Assert.SkipUnless(File.Exists("/usr/lib/python3/dist-packages/torch/__init__.py"),
            "python3-torch is not installed, which only ./mer bench and parity bring");
        var (list, frames) = (Path.Combine(_folder.Path, "folds.csv"), Path.Combine(_folder.Path, "frames.npy"));
        File.WriteAllText(list, FoldsCommand.Clips(_data).ToCsv());
        FoldsCommand.WriteFrames(_data, frames);
        var written = Python("loso_torch.py", list, frames, "8");
        Assert.Equal(written, Python("loso_torch.py", list, frames, "8"));
        var lines = written.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string Scored() => PredictionScores.Of("PyTorch", Read(lines.Skip(1), lines[0]), _data).ToCsv();
        Assert.Equal(Scored(), Scored());
        var accuracy = Score.Of(EpochProtocol.Default.Apply(Read(lines.Skip(1), lines[0]).Runs[0].Folds), 3).Accuracy;
        Assert.True(accuracy > 0.8, $"accuracy {accuracy}");
    }

    static string Python(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3",
            [Path.Combine(RepositoryRoot.Find(), "docs", "examples", script), .. arguments])
        {
            RedirectStandardOutput = true
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }
}
