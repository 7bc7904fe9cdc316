// How long one waits for the C# kernel. Goals: ready in 1 s, first cell 1 s, later trivial cells 20 ms, completion and
// inspection 100 ms once warm, in a long session too and while a cell runs; interrupts stop a loop, an await,
// a parallel loop and training in a second.
//
//     ./mer kernel list                                            # builds the kernel ahead of time
//     dotnet run -c Release --project benchmarks/NotebookKernel [KERNEL_DLL]
//
// Times by the clock and by the processor of the kernel: on a busy machine the second says what the first would be.
using System.Diagnostics;
using System.Text.Json.Nodes;
using CSharpJupyter.Tests;

const int Times = 20;
var program = Path.GetFullPath(
    args.Length > 0 ? args[0] : Path.Combine("artifacts", "jupyter-kernel", "CSharpJupyter.dll"));
if (!File.Exists(program))
{
    Console.Error.WriteLine($"{program} is not built; call ./mer kernel list first.");
    return 1;
}
Console.WriteLine(
    $"{program}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} on {Environment.ProcessorCount} cores");
Console.WriteLine($"{$"medians of {Times}",-48} {"clock",9} {"processor",10}");

var clock = Stopwatch.StartNew();
using var kernel = new KernelClient(program: program);
Print("ready (kernel_info answered)", clock.Elapsed, kernel.Process.TotalProcessorTime);
Measure("first cell", 1, _ => kernel.Execute("Enumerable.Range(1, 10).Sum()"));
Measure("first completion", 1, _ => Complete("Console.Wri"));
var cells = 1;
foreach (var session in new[] { 10, 80, 160, 320 })
{
    for (; cells < session; cells++) Declare(cells);
    var size = $"after {session} cells";
    Measure($"completion of a member {size}", Times,
        i => Complete(i % 2 == 0 ? "Console.Wri" : "var list = new List<int>(); list.Ad"));
    Measure($"completion of a name {size}", Times, i => Complete($"x{1 + i % 9}"));
    Measure($"inspection {size}", Times,
        i => kernel.Ask("inspect_request", new() { ["code"] = $"Math.Max(x{1 + i % 9}, 2)", ["cursor_pos"] = 7 }));
}
Measure("trivial cell", 2 * Times, _ => kernel.Execute($"var y{++cells} = {cells}; y{cells} + 1"));
Measure("a cell and a completion right after it", Times, _ => { Declare(++cells); Complete($"x{cells}"); });
var busy = kernel.SendExecute("while (true) await Task.Delay(1);");
Measure("completion of a name while a cell runs", Times, i => Complete($"x{1 + i % 9}"));
kernel.Ask("interrupt_request", control: true);
kernel.Finish(busy);
Interrupt("a loop", "", "while (true) { }");
Interrupt("an await", "", "await Task.Delay(-1);");
Interrupt("a parallel loop", "", "Parallel.For(0, int.MaxValue, i => System.Threading.Thread.SpinWait(1000));");
var torch = Path.GetFullPath(Path.Combine("artifacts", "bin", "MerKernel.Cli", "release_linux-x64", "TorchSharp.dll"));
Interrupt("training",
    $"#r \"{torch}\"\nusing TorchSharp;\nvar model = torch.nn.Linear(512, 512); var batch = torch.randn(256, 512);",
    "while (true) { using var scope = torch.NewDisposeScope(); model.zero_grad(); " +
    "model.forward(batch).sum().backward(); }");
kernel.Execute("GC.Collect(); GC.WaitForPendingFinalizers(); GC.Collect();");
kernel.Process.Refresh();
Console.WriteLine($"{$"resident after {cells} cells",-48} {kernel.Process.WorkingSet64 / 1e6,6:0} MB");
return 0;

void Declare(int i) => kernel.Execute($"int F{i}(int a) => a + {i};\nvar x{i} = F{i}({i});");

void Complete(string code) =>
    kernel.Ask("complete_request", new JsonObject { ["code"] = code, ["cursor_pos"] = code.Length });

// From the request to the cell's reply. A cell says that it runs before it is interrupted.
void Interrupt(string what, string before, string code)
{
    if (before.Length > 0) kernel.Execute(before);
    var (clocks, processors) = (new List<TimeSpan>(), new List<TimeSpan>());
    for (var i = 0; i < 5; i++)
    {
        var cell = kernel.SendExecute($"Console.WriteLine(\"runs\");\n{code}");
        kernel.WaitForStream();
        Thread.Sleep(200);
        kernel.Process.Refresh();
        var (clock, processor) = (Stopwatch.StartNew(), kernel.Process.TotalProcessorTime);
        kernel.Ask("interrupt_request", control: true);
        var reply = kernel.Reply(cell);
        if (reply["ename"]?.GetValue<string>() != "KeyboardInterrupt")
            throw new InvalidOperationException($"{what} was not interrupted: {reply}");
        clocks.Add(clock.Elapsed);
        kernel.Process.Refresh();
        processors.Add(kernel.Process.TotalProcessorTime - processor);
        kernel.IopubUntilIdle(cell);
    }
    Print($"interrupt of {what}, longest of {clocks.Count}", clocks.Max(), processors.Max());
}

void Measure(string name, int times, Action<int> work)
{
    var (clocks, processors) = (new List<TimeSpan>(), new List<TimeSpan>());
    // Once unmeasured, so that what is asked has been compiled.
    if (times > 1) work(0);
    for (var i = 0; i < times; i++)
    {
        kernel.Process.Refresh();
        var (clock, processor) = (Stopwatch.StartNew(), kernel.Process.TotalProcessorTime);
        work(i);
        clocks.Add(clock.Elapsed);
        kernel.Process.Refresh();
        processors.Add(kernel.Process.TotalProcessorTime - processor);
    }
    Print(name, clocks.Order().ElementAt(times / 2), processors.Order().ElementAt(times / 2));
}

static void Print(string name, TimeSpan clock, TimeSpan processor) =>
    Console.WriteLine($"{name,-48} {clock.TotalMilliseconds,6:0} ms {processor.TotalMilliseconds,7:0} ms");
