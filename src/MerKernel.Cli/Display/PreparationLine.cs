namespace MerKernel.Cli.Display;

/// <summary>
/// Progress of a preparation on standard error: one line that is written over in a terminal, a line for every quarter
/// elsewhere.
/// </summary>
sealed class PreparationLine
{
    readonly Lock _lock = new();
    string? _what;
    int _shown;

    /// <summary>The progress of one step.</summary>
    public Action<int, int> Of(string what) => (done, total) => Report(what, done, total);

    /// <param name="what">The step, for example 'SAMM: aligning'.</param>
    /// <param name="done">Finished clips.</param>
    /// <param name="total">All clips.</param>
    public void Report(string what, int done, int total)
    {
        lock (_lock)
        {
            if (what != _what) (_what, _shown) = (what, 0);
            var step = Console.IsErrorRedirected ? 4 : 100;
            var reached = done * step / total;
            if (reached <= _shown) return;
            _shown = reached;
            Console.Error.Write(Console.IsErrorRedirected
                ? $"mer: {what} {done}/{total}\n"
                : $"\rmer: {what} {done}/{total}{(done == total ? "\n" : "")}");
        }
    }
}
