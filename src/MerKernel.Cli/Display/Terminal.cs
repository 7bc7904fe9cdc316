using Spectre.Console;

namespace MerKernel.Cli.Display;

/// <summary>Tables in the terminal.</summary>
static class Terminal
{
    /// <summary>Shows tables; wide enough for them where the output is no terminal.</summary>
    public static void Write(params IEnumerable<TextTable> tables)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 220;
        foreach (var table in tables) table.WriteTo(AnsiConsole.Console);
    }
}
