using System.Diagnostics;
using MerKernel.Benchmarks.Training;
using MerKernel.Experiments;
using static TorchSharp.torch;

set_num_threads(int.Parse(args[1]));
var n = int.Parse(args[2]);
using var step = new OurStep(Profile.Named(args[0]).Model, 16);
for (var i = 0; i < 3; i++) step.Run();
for (var r = 0; r < 3; r++)
{
    var cpu = Process.GetCurrentProcess().TotalProcessorTime;
    var clock = Stopwatch.StartNew();
    for (var i = 0; i < n; i++) step.Run();
    Console.WriteLine($"{clock.Elapsed.TotalMilliseconds / n:0.0} ms wall, {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / n:0.0} ms cpu");
}
