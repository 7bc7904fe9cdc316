using System.Diagnostics;
using System.Text.Json;
using MerKernel.Cli.Notebooks;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;
using MerKernel.Training;

namespace MerKernel.Tests.Notebooks;

/// <summary>Both kernels find the notebooks, and .NET Interactive ends with its client.</summary>
public class KernelTests
{
    public static TheoryData<string> Notebooks =>
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "notebooks"), "*.ipynb")
            .Select(f => Path.GetFileName(f)).Order()];

    [Theory, MemberData(nameof(Notebooks))]
    public void A_notebook_opens_with_either_kernel_and_warns_in_neither(string name)
    {
        var notebook =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "notebooks", name))).RootElement;
        var metadata = notebook.GetProperty("metadata");
        // Jupyter takes another kernel of the same language where the named one is missing; VS Code's Polyglot
        // extension looks for its own entry.
        Assert.Equal(("csharp-mer", "C#"), (metadata.GetProperty("kernelspec").GetProperty("name").GetString(),
            metadata.GetProperty("kernelspec").GetProperty("language").GetString()));
        Assert.Equal("csharp", metadata.GetProperty("polyglot_notebook").GetProperty("kernelInfo")
            .GetProperty("defaultKernelName").GetString());
        foreach (var cell in notebook.GetProperty("cells").EnumerateArray()
            .Where(c => c.GetProperty("cell_type").GetString() == "code"))
        {
            var source = string.Concat(cell.GetProperty("source").EnumerateArray().Select(l => l.GetString()));
            if (System.Text.RegularExpressions.Regex.IsMatch(source, @"(?m)^\s*[\w.<>\[\]]+\? \w+ ="))
                Assert.Contains("#nullable enable annotations", source);
        }
    }

    [Fact]
    public void The_wrapper_ends_the_kernel_when_its_client_is_gone()
    {
        var script = Path.Combine(RepositoryRoot.Find(), "src", "MerKernel.Cli", "Notebooks", "interactive.sh");
        using var client = Process.Start("sleep", "100")!;
        var start = new ProcessStartInfo("/bin/sh", [script, "sleep", "100"]);
        start.Environment["JPY_PARENT_PID"] = $"{client.Id}";
        using var kernel = Process.Start(start)!;
        // It runs as the process that was started, so that a client's signals reach it.
        Assert.True(SpinWait.SpinUntil(
            () => File.ReadAllText($"/proc/{kernel.Id}/cmdline").StartsWith("sleep\0", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20)));
        Assert.False(kernel.WaitForExit(TimeSpan.FromSeconds(3)));
        client.Kill();
        client.WaitForExit();
        Assert.True(kernel.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Predictions_have_a_line_per_clip_and_epoch_as_mer_score_reads_them()
    {
        FoldPrediction fold = Folds.Of("s1", "01", "00", "01");
        var lines = RunExport.EveryEpoch([fold], ["x", "y", "z"], seed: 3).ToCsv()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("clip,fold,epoch,seed,x,y,z", lines[0]);
        Assert.Equal(1 + 2 * 2, lines.Length);
        Assert.All(lines.Skip(1), l => Assert.Equal(7, l.Split(',').Length));
        Assert.StartsWith($"{fold.Clips[1]},s1,2,3,", lines[4]);
    }

    [Fact]
    public void A_report_has_a_folder_of_its_own_for_each_profile_and_data()
    {
        static string Name(Workbench bench) => Path.GetRelativePath("/store", bench.ReportFolder);
        Assert.Equal("reports/tiny-synthetic", Name(new() { Profile = Profile.Tiny, StoreFolder = "/store/runs" }));
        Workbench Of(string data) => new() { Profile = Profile.Paper, StoreFolder = "/store/runs", DataFolder = data };
        Assert.Matches("^reports/paper-my-data.v2-[0-9a-f]{6}$", Name(Of("/licensed/my data.v2/")));
        // Two folders of one name are two data sets, and one however it is written.
        Assert.NotEqual(Name(Of("/licensed/my data.v2")), Name(Of("/other/my data.v2")));
        Assert.Equal(Name(Of("/licensed/my data.v2")), Name(Of("/licensed/x/../my data.v2/")));
        Assert.Equal("reports/tiny-synthetic-samm", Name(
            new() { Profile = Profile.Tiny, StoreFolder = "/store/runs", Only = [MerKernel.Data.DatasetId.Samm] }));
        Assert.Equal("reports/tiny-synthetic-my-swin", Name(
            new() { Profile = Profile.Tiny, StoreFolder = "/store/runs", Backbone = "/weights/my swin.safetensors" }));
        Workbench other = new()
        {
            Profile = Profile.Tiny, StoreFolder = "/store/runs", HeldOutSubjects = 2, Precision = Precision.BFloat16
        };
        Assert.Equal(("reports/tiny-synthetic-held-out-2-bf16", "2 validation subjects per fold, bf16"),
            (Name(other), other.Setting));
        Assert.Equal("--profile tiny --seeds 1 --precision bf16 --held-out 2 --data FOLDER",
            RunOptions.Of(other, [], "FOLDER", backbone: null));
    }
}
