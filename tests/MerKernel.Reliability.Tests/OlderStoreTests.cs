using System.Text.Json;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reliability.Tests.Crash;

namespace MerKernel.Reliability.Tests;

/// <summary>
/// Stores that earlier versions of this program wrote, kept in OlderStores as they were (one experiment of the tiny
/// profile on synthetic CASME II, three folds): schema 1 of the experiment was the last before 177697d, metadata and
/// data without a schema the last before 4e6ac49.
/// </summary>
public class OlderStoreTests
{
    static string Kept(string name) =>
        Path.Combine(Repository.Root, "tests", "MerKernel.Reliability.Tests", "OlderStores", name);

    [Fact]
    public void A_store_of_the_version_before_is_read_listed_and_scored_as_it_was()
    {
        using var folder = new WorkFolder();
        Directory.CreateDirectory(folder["results/runs"]);
        WorkFolder.Copy(Kept("facts-without-schema"), folder["results/runs"]);
        var before = Tree.Of(folder["results/runs"]);
        var said = new List<string>();
        var store = new RunStore(folder["results/runs"]) { Warn = said.Add };
        var hash = ExperimentHash.Of(Assert.Single(store.Experiments()));
        Assert.Equal("d32128cc1d6f754b", hash);
        Assert.Equal(["01", "05", "16"], store.StoredSubjects(hash).Order(StringComparer.Ordinal));

        // Right answers counted by hand from the files themselves, as JSON.
        var (right, clips) = (0, 0);
        foreach (var file in Directory.GetFiles(Kept($"facts-without-schema/{hash}"), "fold-*"))
        {
            using var fold = JsonDocument.Parse(File.ReadAllText(file));
            var body = fold.RootElement.GetProperty("fold");
            foreach (var (label, logits) in body.GetProperty("labels").EnumerateArray()
                .Zip(body.GetProperty("logits").EnumerateArray().Last().EnumerateArray()))
            {
                var scores = logits.EnumerateArray().Select(l => l.GetSingle()).ToList();
                (right, clips) = (right + (scores.IndexOf(scores.Max()) == label.GetInt32() ? 1 : 0), clips + 1);
            }
        }
        var run = Assert.Single(new RunCatalogue(store).List());
        Assert.Equal((3, 3, clips), (run.Folds, run.AllFolds, run.Clips));
        Assert.Equal(right / (double)clips, run.Accuracy!.Value, 9);
        Assert.True(run.Seconds > 0);
        Assert.Empty(said);

        File.Delete(Path.Combine(store.Folder, "derived.tsv"));
        Assert.Equal(before, Tree.Of(store.Folder));
    }

    [Fact]
    public void Of_an_older_version_that_is_not_read_one_sentence_says_what_to_do_however_often_the_store_is_opened()
    {
        using var folder = new WorkFolder();
        Directory.CreateDirectory(folder["results/runs"]);
        WorkFolder.Copy(Kept("experiment-schema-1"), folder["results/runs"]);
        WorkFolder.Copy(Kept("facts-without-schema"), folder["results/runs"]);
        var before = Tree.Of(folder["results/runs"]);
        // Compares a run with itself: the store is opened and listed for each side.
        foreach (var command in new[] { "runs list", "runs compare d321 d321" })
        {
            var (code, output, errors) = MerProcess.Run(folder, command);
            Assert.True(code == 0, errors);
            Assert.Contains("AU embedding", output + errors, StringComparison.Ordinal);
            var sentence = Assert.Single(errors.Split('\n'),
                l => l.Contains("another version of this program", StringComparison.Ordinal));
            Assert.Contains("1 experiment in", sentence, StringComparison.Ordinal);
            Assert.Contains("trained again, the old folders are kept", sentence, StringComparison.Ordinal);
        }
        File.Delete(folder["results/runs/derived.tsv"]);
        Assert.Equal(before, Tree.Of(folder["results/runs"]));
    }
}
