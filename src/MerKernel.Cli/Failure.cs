using System.Collections.Concurrent;
using MerKernel.Training;

namespace MerKernel.Cli;

/// <summary>The message and the exit code of a command that ends with an exception.</summary>
static class Failure
{
    /// <summary>
    /// 1 for errors that the user can mend, 70 (EX_SOFTWARE) for faults of the program; only these show a stack trace.
    /// </summary>
    public static int Report(Exception error)
    {
        // Errors of parallel work come wrapped, several at once where several workers met the same.
        var cause = error is AggregateException all && all.Flatten().InnerExceptions is { Count: > 0 } inner
            ? inner.FirstOrDefault(e => e is UserErrorException) ?? inner[0] : error;
        switch (cause)
        {
            case UserErrorException or TrainingFailedException:
                Console.Error.WriteLine($"mer: {cause.Message}");
                SayElsewhere(cause);
                return 1;
            case IOException or UnauthorizedAccessException:
                Console.Error.WriteLine($"mer: {cause.Message.TrimEnd('.')}; allow reading and writing there, free " +
                    "space if there is none, and call again: finished work is kept.");
                SayElsewhere(cause);
                return 1;
            default:
                Console.Error.WriteLine(
                    $"mer: this is a fault of the program; finished work is kept. Please report these lines:\n{error}");
                return 70;
        }
    }

    static void SayElsewhere(Exception cause)
    {
        if (Elsewhere(cause, Environment.GetEnvironmentVariable("MER_ROOT"),
            Environment.GetEnvironmentVariable("MER_LAUNCHER")) is { } cure)
            Console.Error.WriteLine($"mer: {cure}");
    }

    /// <summary>
    /// How whoever may only read the folder of the launcher keeps data and results elsewhere; null where something else
    /// has failed.
    /// </summary>
    internal static string? Elsewhere(Exception cause, string? root, string? launcher)
    {
        const int readOnlyFileSystem = 30;
        return launcher is { Length: > 0 } && Path.GetDirectoryName(launcher) == root
            && cause.Message.Contains($"{root}/", StringComparison.Ordinal)
            && ((Exception?[])[cause, cause.InnerException]).Any(e => e is UnauthorizedAccessException
                or IOException { HResult: readOnlyFileSystem })
            ? $"if {root} is shared and yours to read only, keep data and results in a folder of your own: export " +
              "MER_ROOT=$HOME/mer, and call again."
            : null;
    }
}

/// <summary>Messages besides a command's result, on standard error.</summary>
static class Remark
{
    static readonly ConcurrentDictionary<string, bool> s_said = [];

    /// <summary>Shows a message; one that was shown before is not repeated, however often a store is opened.</summary>
    public static void Say(string sentence)
    {
        if (s_said.TryAdd(sentence, true)) Console.Error.WriteLine($"mer: {sentence}");
    }
}
