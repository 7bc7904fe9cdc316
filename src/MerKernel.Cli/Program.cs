using MerKernel;
using MerKernel.Cli;
using MerKernel.Native;

using var interruption = new Interruption();
try
{
    var root = RootCommands.Create();
    Help.DemandCommand(root, args);
    InstalledLibtorch.Use(line => Console.Error.WriteLine($"mer: {line}"));
    NativeOps.Use();
    var status = await root.Parse(args).InvokeAsync(
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
    return interruption.ExitCode ?? status;
}
catch (OperationCanceledException) when (interruption.ExitCode is { } code)
{
    return code;
}
catch (Exception e)
{
    return interruption.ExitCode ?? Failure.Report(e);
}
