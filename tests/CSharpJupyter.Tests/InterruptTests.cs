using System.Diagnostics;

namespace CSharpJupyter.Tests;

/// <summary>Interrupting cells of every kind, one after the other in one kernel.</summary>
public sealed class InterruptTests(SharedKernel shared) : IClassFixture<SharedKernel>
{
    readonly KernelClient _kernel = shared.Kernel;

    [Fact]
    public void Mixed_interrupts_stop_their_cells_and_keep_the_state()
    {
        string[] cells =
        [
            "while (true) counter++;",
            "await Task.Delay(100_000);",
            "while (true) { try { counter++; System.Threading.Thread.Yield(); } catch { } }",
            // Would take hours.
            "Parallel.For(0, int.MaxValue, i => System.Threading.Thread.SpinWait(1000));",
            "Parallel.ForEach(Enumerable.Range(0, int.MaxValue), i => System.Threading.Thread.SpinWait(1000));",
            "double Heat() { var s = 0.0; for (var i = 0L; ; i++) s += Math.Sin(i); } Heat()",
        ];
        _kernel.Execute("var counter = 0L; var kept = \"kept\";");
        foreach (var cell in cells.Concat(cells))
        {
            var id = _kernel.SendExecute("Console.WriteLine(\"started\");\n" + cell);
            Assert.True(_kernel.WaitForStream());
            var watch = Stopwatch.StartNew();
            _kernel.Ask("interrupt_request", control: true);
            var reply = _kernel.Reply(id);
            Assert.Equal("KeyboardInterrupt", reply["ename"]!.GetValue<string>());
            // A second on a machine of one's own; test machines are shared.
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{cell} took {watch.Elapsed}");
        }
        Assert.Equal("kept", _kernel.Execute("kept").Plain);
        Assert.Equal("499500", _kernel.Execute("var sum = 0; Parallel.For(0, 1000, i => System.Threading.Interlocked.Add(ref sum, i)); sum").Plain);
    }

    [Fact]
    public void What_cannot_be_interrupted_says_so()
    {
        var id = _kernel.SendExecute("Console.WriteLine(\"started\"); System.Threading.Thread.Sleep(4000);");
        Assert.True(_kernel.WaitForStream());
        _kernel.Send("interrupt_request", control: true);
        var run = new CellRun([], _kernel.IopubUntilIdle(id));
        Assert.Contains("cannot be interrupted", run.Stream("stderr"));
        Assert.Equal("7", _kernel.Execute("3 + 4").Plain);
    }
}
