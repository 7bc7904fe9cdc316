using MerKernel;
using MerKernel.Cli;

try
{
    return await RootCommands.Create().Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (UserErrorException e)
{
    Console.Error.WriteLine($"mer: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("mer: stopped. Finished folds are kept; the same command goes on from there.");
    return 130;
}
