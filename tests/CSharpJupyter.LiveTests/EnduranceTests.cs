using CSharpJupyter.Tests;

namespace CSharpJupyter.LiveTests;

/// <summary>A kernel that is used for long.</summary>
public sealed class EnduranceTests
{
    [Fact]
    public void Memory_after_five_hundred_cells_is_within_a_fifth_of_that_after_a_hundred()
    {
        using var kernel = new KernelClient();
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
            if (i > 4) Assert.Equal(i % 5 == 4 ? "error" : "ok", run.Status);
        }
        kernel.Execute("GC.Collect(2, GCCollectionMode.Aggressive); GC.WaitForPendingFinalizers(); GC.Collect(2, GCCollectionMode.Aggressive);");
        kernel.Process.Refresh();
        return kernel.Process.WorkingSet64;
    }
}
