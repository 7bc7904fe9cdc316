using CSharpJupyter.Tests;

namespace CSharpJupyter.LiveTests;

/// <summary>A kernel that is used for long, with an editor connected.</summary>
public sealed class EnduranceTests
{
    [Fact]
    public void Memory_after_five_hundred_cells_is_within_a_fifth_of_that_after_a_hundred()
    {
        // The compiler's second, faster code of busy methods is no cell's cost, and comes when time allows.
        using var kernel = new KernelClient(environment: ("DOTNET_TieredCompilation", "0"));
        var early = Run(kernel, 0, 100);
        var late = Run(kernel, 100, 500);
        Assert.True(late < 1.2 * early, $"{early / 1e6:0} MB after 100 cells, {late / 1e6:0} MB after 500");
    }

    static long Run(KernelClient kernel, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var run = kernel.Execute((i % 5) switch
            {
                0 => $"var x{i} = new double[1000]; x{i}.Length",
                1 => $"record Row{i % 10}(string Name, int Value);\nnew[] {{ new Row{i % 10}(\"a\", {i}) }}",
                2 => $"for (var k = 0; k < 20; k++) Console.WriteLine(k);",
                3 => $"int F{i}(int a) => a + {i};\nF{i}(1)",
                _ => "await Task.Delay(1); kept",
            });
            if (i % 3 == 0) Edit(kernel, i);
            if (i > 4) Assert.Equal(i % 5 == 4 ? "error" : "ok", run.Status);
        }
        kernel.Execute("GC.Collect(2, GCCollectionMode.Aggressive); GC.WaitForPendingFinalizers(); GC.Collect(2, " +
            "GCCollectionMode.Aggressive);");
        kernel.Process.Refresh();
        return kernel.Process.WorkingSet64;
    }

    static void Edit(KernelClient kernel, int i)
    {
        string[] beginnings = ["F", "Console.Wri", "x0.Le", "new Row1(\"a\", 1).Va"];
        var code = beginnings[i % beginnings.Length];
        Assert.NotEmpty(
            kernel.Ask("complete_request", new() { ["code"] = code, ["cursor_pos"] = code.Length })["matches"]!
                .AsArray());
        Assert.True(kernel.Ask("inspect_request", new() { ["code"] = "Math.Max(1, 2)", ["cursor_pos"] = 7 })["found"]!
            .GetValue<bool>());
    }
}
