using System.Runtime.ExceptionServices;
using CSharpJupyter.Kernel;

var log = Console.Error;
if (args is ["install" or "uninstall" or "list", ..]) return SpecCommand.Run(args);
if (args is not [var file] || file.StartsWith('-')) { log.WriteLine(SpecCommand.Usage); return 2; }
try
{
    CellConsole.Take(log);
    ParallelLoops.Prepare();
    Microsoft.DotNet.Interactive.DisplayExtensions.Connect();
    ExceptionHandling.SetUnhandledExceptionHandler(UnhandledExceptions.Show);
    using var kernel = new JupyterKernel(ConnectionFile.Read(file), log);
    ParentWatch.Start(kernel.Leave);
    kernel.Run();
}
catch (Exception e) when (e is IOException or InvalidDataException or NetMQ.NetMQException)
{
    log.WriteLine($"csharp-jupyter: {e.Message}");
    return 1;
}
// A cell that could not be interrupted must not keep the process alive.
Environment.Exit(0);
return 0;
