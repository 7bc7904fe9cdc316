using MerKernel.Data;
using Spectre.Console;

namespace MerKernel.Cli.Commands;

/// <summary>A progress bar in a terminal, nothing elsewhere.</summary>
static class ProgressLine
{
    public static T Around<T>(string what, Func<IProgress<PreparationProgress>?, T> work)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi) return work(null);
        return AnsiConsole.Progress().Start(context =>
        {
            var task = context.AddTask(what);
            return work(new Bar(task, what));
        });
    }

    sealed class Bar(ProgressTask task, string what) : IProgress<PreparationProgress>
    {
        public void Report(PreparationProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
            task.Description = Markup.Escape($"{what} {value.Clip}");
        }
    }
}
