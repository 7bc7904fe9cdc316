using System.Diagnostics;
using CSharpJupyter.Tests;

namespace CSharpJupyter.LiveTests;

/// <summary>Static pictures when Chromium is there, hangs, dies, or is missing: the cell never fails.</summary>
public sealed class ChartPictureTests
{
    const string Packages = "#r \"nuget: Plotly.NET, 6.0.0\"\n#r \"nuget: Plotly.NET.CSharp, 0.14.0\"\nvar kept = 1;";
    const string Chart = "Plotly.NET.CSharp.Chart.Line<int, double, string>(new[] { 1, 2 }, new[] { 3.0, 4.0 })";

    static bool HasPicture(CellRun run)
    {
        Assert.Equal("ok", run.Status);
        Assert.Contains("newPlot", run.Result!["text/html"]!.GetValue<string>());
        Assert.Equal("Plotly chart: scatter, 2 points", run.Plain);
        var has = run.Result["image/png"] is not null;
        Assert.Equal(has, run.Result["text/html"]!.GetValue<string>().Contains("<img src=\"data:image/png;base64,"));
        return has;
    }

    [Fact]
    public void A_hung_and_a_dead_Chromium_cost_their_pictures_only_and_none_outlives_the_kernel()
    {
        using var kernel = new KernelClient();
        kernel.Execute(Packages);
        Assert.True(HasPicture(kernel.Execute(Chart)));
        var first = Processes.ChromiumOf(kernel.Process.Id);
        Assert.NotEmpty(first);
        foreach (var pid in first) Signal("STOP", pid);
        var hung = kernel.Execute(Chart);
        Assert.False(HasPicture(hung));
        Assert.Contains("no static picture", hung.Stream("stderr"));
        Assert.True(Processes.AreGone(() => [.. Processes.ChromiumOf(kernel.Process.Id).Intersect(first)], 10));

        Assert.True(HasPicture(kernel.Execute(Chart)));
        var second = Processes.ChromiumOf(kernel.Process.Id);
        Signal("KILL", second.Max());
        var dead = kernel.Execute(Chart);
        Assert.False(HasPicture(dead));
        Assert.Equal("", dead.Stream("stderr"));
        Assert.Equal("1", kernel.Execute("kept").Plain);
    }

    [Fact]
    public void A_killed_kernel_takes_its_Chromium_along()
    {
        using var kernel = new KernelClient();
        kernel.Execute(Packages);
        Assert.True(HasPicture(kernel.Execute(Chart)));
        var chromium = Processes.ChromiumOf(kernel.Process.Id);
        Assert.NotEmpty(chromium);
        kernel.Process.Kill();
        Assert.True(Processes.AreGone(() => [.. Processes.With("csharp-jupyter-chromium-").Intersect(chromium)], 10));
    }

    [Fact]
    public void Without_Chromium_a_chart_is_what_it_was_and_the_notebook_says_so_once()
    {
        var folder = Directory.CreateTempSubdirectory();
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "dotnet"), DotNet());
        using var kernel = new KernelClient(environment: [("PATH", folder.FullName)]);
        kernel.Execute(Packages);
        var first = kernel.Execute(Chart);
        Assert.False(HasPicture(first));
        Assert.Contains("no Chromium is installed", first.Stream("stderr"));
        var second = kernel.Execute(Chart);
        Assert.False(HasPicture(second));
        Assert.Equal("", second.Stream("stderr"));
        folder.Delete(recursive: true);
    }

    static string DotNet() => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(f => Path.Combine(f, "dotnet")).First(File.Exists);

    static void Signal(string name, int pid)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{pid}"]);
        kill.WaitForExit();
    }
}
