using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public class RunStoreTests
{
    static readonly Experiment Experiment = new() { Dataset = DatasetId.Samm, DatasetFingerprint = "abc" };
    static readonly FoldFacts Facts = new(1.5, DateTime.UnixEpoch, "cpu");

    static FoldPrediction Fold(string subject = "006") => new()
    {
        Subject = subject, Clips = [$"{subject}/a", $"{subject}/b"], Labels = [0, 1],
        Logits = [[[0.1f, -2.5e-8f], [float.MaxValue, 3f]], [[1f / 3, 0f], [-0f, float.Epsilon]]],
        TrainingLoss = [1.25f, 0.1f],
    };

    [Fact]
    public void A_stored_fold_reads_back_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save("h", Fold(), Facts);
        var read = store.TryRead("h", "006")!;
        Assert.Equal(Fold().Logits.SelectMany(e => e.SelectMany(c => c)).Select(BitConverter.SingleToInt32Bits),
            read.Logits.SelectMany(e => e.SelectMany(c => c)).Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([.. Fold().Clips], read.Clips.ToArray());
        Assert.Equal([.. Fold().TrainingLoss], read.TrainingLoss.ToArray());
    }

    [Fact]
    public void Logits_are_written_as_the_serializer_writes_nested_lists_and_may_be_no_numbers()
    {
        var logits = Fold().Logits.Add([[float.NaN, float.PositiveInfinity], [float.NegativeInfinity, -1.5f]]);
        var plain = new JsonSerializerOptions { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
        var json = JsonSerializer.Serialize(logits, StoreJson.Compact);
        Assert.Equal(JsonSerializer.Serialize(logits, plain), json);
        Assert.Equal(json, JsonSerializer.Serialize(
            JsonSerializer.Deserialize<ImmutableArray<ImmutableArray<ImmutableArray<float>>>>(json, StoreJson.Compact),
            plain));
    }

    [Theory]
    [InlineData("[[1]]"), InlineData("[[[null]]]"), InlineData("[[[\"1\"]]]"), InlineData("[[[[1]]]]"),
        InlineData("[null]"), InlineData("{}"), InlineData("[[[1]]"), InlineData("[[[01]]]")]
    public void What_is_no_list_of_lists_of_lists_of_numbers_is_refused(string json) =>
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize<ImmutableArray<ImmutableArray<ImmutableArray<float>>>>(json, StoreJson.Compact));

    [Fact]
    public void A_run_is_read_whole_or_not_at_all_and_every_damaged_fold_of_it_is_set_aside()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        string[] subjects = ["01", "a/b", "03"];
        Assert.Null(store.TryReadAll("h", subjects));
        foreach (var subject in subjects) store.Save("h", Fold(subject), Facts);
        Assert.Equal(subjects, store.TryReadAll("h", subjects)!.Select(f => f.Subject));
        Assert.Null(store.TryReadAll("h", [.. subjects, "04"]));
        foreach (var subject in subjects[..2]) File.WriteAllText(store.FoldPath("h", subject), "{");
        Assert.Null(store.TryReadAll("h", subjects));
        Assert.Equal(["03"], store.StoredSubjects("h").ToArray());
    }

    [Fact]
    public void The_same_fold_writes_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save("h", Fold(), Facts);
        var first = File.ReadAllBytes(store.FoldPath("h", "006"));
        store.Save("h", Fold(), Facts with { Seconds = 99 });
        Assert.Equal(first, File.ReadAllBytes(store.FoldPath("h", "006")));
    }

    [Fact]
    public void Every_truncation_and_every_flipped_digit_is_noticed_and_set_aside()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        store.Save("h", Fold(), Facts);
        var path = store.FoldPath("h", "006");
        var whole = File.ReadAllText(path);
        var damages = Enumerable.Range(0, whole.Length).Where(i => i % 7 == 0).Select(i => whole[..i])
            .Append(whole.Replace("0.1", "0.2")).Append(whole + "x").ToList();
        foreach (var damaged in damages)
        {
            File.WriteAllText(path, damaged);
            Assert.Null(store.TryRead("h", "006"));
            Assert.False(File.Exists(path));
        }
        Assert.Equal(damages.Count, warnings.Count);
        Assert.All(warnings, w => Assert.Contains("computed again", w));
    }

    [Theory]
    [InlineData("../../etc"), InlineData("a/b"), InlineData(".."), InlineData("<script>")]
    public void No_subject_leaves_the_stores_folder(string subject)
    {
        var store = new RunStore("/store");
        Assert.Equal("/store/h", Path.GetDirectoryName(Path.GetFullPath(store.FoldPath("h", subject))));
    }

    [Fact]
    public void Stored_experiments_are_listed_as_they_were()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save(Experiment);
        store.Save(Experiment with { Seed = 2 });
        Assert.Equal([1, 2], store.Experiments().Select(e => e.Seed).Order());
        Assert.Contains(Experiment, store.Experiments());
    }

    [Fact]
    public void Experiments_of_another_version_are_left_out_and_one_sentence_says_so()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        store.Save(Experiment);
        foreach (var old in (string[])["a", "b"])
        {
            Directory.CreateDirectory(folder.File(old));
            File.WriteAllText(Path.Combine(folder.File(old), "experiment.json"),
                """{"schema":1,"experiment":{"dataset":"Samm","shuffleActionUnits":false}}""");
        }
        Assert.Equal([Experiment], store.Experiments());
        Assert.Contains("2 experiments", Assert.Single(warnings));
        Assert.Contains("trained again", warnings[0]);
    }

    [Fact]
    public void What_killed_processes_left_is_swept_and_what_is_being_written_stays()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var unfinished = "";
        AtomicFile.Write(folder.File("fold-1.json"),
            _ => unfinished = Path.GetFileName(Assert.Single(Directory.GetFiles(folder.Path))));
        var id = Guid.NewGuid().ToString("N");
        var start = unfinished.Split('-')[3];
        // A dead process, a process of the same id that started at another time, the version before's, another
        // machine's old one.
        foreach (var left in new[]
        {
            unfinished.Replace(start, "1"), unfinished.Replace($"-{Environment.ProcessId}-", "-999999999-"),
            $"fold-2.json.999999999-{id}.tmp"
        })
            File.WriteAllText(folder.File(left), "");
        File.WriteAllText(folder.File($"fold-3.json.elsewhere-1-1-{id}.tmp"), "");
        File.SetLastWriteTimeUtc(folder.File($"fold-3.json.elsewhere-1-1-{id}.tmp"), DateTime.UtcNow.AddDays(-8));
        Directory.CreateDirectory(folder.File($".clip.elsewhere-1-1-{id}.tmp"));
        string[] living = [unfinished, $"fold-4.json.elsewhere-1-1-{id}.tmp", "notes.tmp"];
        foreach (var name in living) File.WriteAllText(folder.File(name), "");
        AtomicFile.Sweep(folder.Path);
        Assert.Equal([$".clip.elsewhere-1-1-{id}.tmp", "fold-1.json", .. living],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_damaged_record_of_experiment_data_or_facts_is_set_aside_and_written_again()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        var hash = ExperimentHash.Of(Experiment);
        store.Save(Experiment, Manifest);
        store.Save(hash, Fold(), Facts);
        var whole = Directory.GetFiles(store.FolderOf(hash)).ToDictionary(f => f, File.ReadAllBytes);
        foreach (var (path, bytes) in whole) File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.Null(store.TryReadFacts(hash, "006"));
        Assert.Null(store.TryRead(hash, "006"));
        store.Save(Experiment, Manifest);
        store.Save(hash, Fold(), Facts);
        Assert.Equal(4, warnings.Count);
        Assert.All(whole, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        Assert.Equal(4, Directory.GetFiles(store.FolderOf(hash), "*.damaged").Length);
    }

    [Fact]
    public void A_record_of_another_experiment_does_not_stay_where_it_does_not_belong()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        store.Save(Experiment);
        store.Save(Experiment with { Seed = 2 });
        var (one, two) = (Path.Combine(store.FolderOf(ExperimentHash.Of(Experiment)), "experiment.json"),
            Path.Combine(store.FolderOf(ExperimentHash.Of(Experiment with { Seed = 2 })), "experiment.json"));
        File.Copy(two, one, overwrite: true);
        store.Save(Experiment);
        Assert.Contains("belongs to another experiment", Assert.Single(warnings));
        Assert.Equal([1, 2], store.Experiments().Select(e => e.Seed).Order());
    }

    [Fact]
    public void A_record_of_another_version_is_written_again_so_that_the_run_is_listed()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save(Experiment);
        var record = Path.Combine(store.FolderOf(ExperimentHash.Of(Experiment)), "experiment.json");
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"schema\": 2", "\"schema\": 1"));
        Assert.Empty(store.Experiments());
        store.Save(Experiment);
        Assert.Equal([Experiment], store.Experiments());
    }

    [Fact]
    public void A_fold_under_another_subjects_name_and_one_whose_parts_do_not_fit_are_damaged()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save("h", Fold(), Facts);
        File.Move(store.FoldPath("h", "006"), store.FoldPath("h", "007"));
        Assert.Null(store.TryRead("h", "007"));
        foreach (var fold in new[]
        {
            Fold() with { Labels = [0] }, Fold() with { Labels = [0, 2] }, Fold() with { Logits = [[[1f, 2f]]] },
            Fold() with { HeldOutLabels = [1], HeldOutLogits = [[]] }
        })
        {
            store.Save("h", fold, Facts);
            Assert.Null(store.TryRead("h", "006"));
        }
    }

    [Fact]
    public void Facts_without_a_schema_are_the_version_befores()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save("h", Fold(), Facts);
        var path = Assert.Single(Directory.GetFiles(store.FolderOf("h"), "facts-*"));
        Assert.Equal(1,
            System.Text.Json.JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("schema").GetInt32());
        File.WriteAllText(path, """{ "seconds": 1.5, "finished": "1970-01-01T00:00:00Z", "device": "cpu" }""");
        Assert.Equal(Facts, store.TryReadFacts("h", "006"));
        File.WriteAllText(path, """{ "schema": 99, "something": "new" }""");
        Assert.Null(store.TryReadFacts("h", "006"));
        Assert.True(File.Exists(path));
    }

    static DatasetManifest Manifest => new()
    {
        Dataset = DatasetId.Samm, Synthetic = true, Fingerprint = "abc", Sheet = "sheet.xlsx", SheetSha256 = "",
        Frames = "SAMM", Preparation = "size 48", Clips = [], Dropped = [],
    };

    [Fact]
    public void That_a_file_cannot_be_written_is_found_out_before_it_is_computed()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Demand(folder.File("below/w.safetensors"));
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("below")));
        Assert.Contains("is a folder; name a file in it",
            Assert.Throws<UserErrorException>(() => AtomicFile.Demand(folder.File("below"))).Message);
        File.WriteAllText(folder.File("file"), "");
        Assert.StartsWith($"{folder.File("file")} is a file, and {folder.File("file/w")} would be below it; name a ",
            Assert.Throws<UserErrorException>(() => AtomicFile.Demand(folder.File("file/w"))).Message);
    }
}
