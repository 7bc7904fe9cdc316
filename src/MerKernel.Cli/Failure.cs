using System.Collections.Concurrent;

namespace MerKernel.Cli;

/// <summary>What the user reads when a command ends with an exception, and the exit code.</summary>
static class Failure
{
    /// <summary>1 for what the user can mend, 70 (EX_SOFTWARE) for a fault of the program, which alone shows a stack trace.</summary>
    public static int Report(Exception error)
    {
        // What parallel work meets comes wrapped.
        var cause = error is AggregateException ? error.GetBaseException() : error;
        switch (cause)
        {
            case UserErrorException:
                Console.Error.WriteLine($"mer: {cause.Message}");
                return 1;
            case IOException or UnauthorizedAccessException:
                Console.Error.WriteLine($"mer: {cause.Message.TrimEnd('.')}; allow reading and writing there, free space if there is none, and call again: finished work is kept.");
                return 1;
            default:
                Console.Error.WriteLine($"mer: this is a fault of the program; finished work is kept. Please report these lines:\n{error}");
                return 70;
        }
    }
}

/// <summary>Sentences beside a command's result, on standard error.</summary>
static class Remark
{
    static readonly ConcurrentDictionary<string, bool> s_said = [];

    /// <summary>Says a sentence; one that was said before is not said again, however often a store is opened.</summary>
    public static void Say(string sentence)
    {
        if (s_said.TryAdd(sentence, true)) Console.Error.WriteLine($"mer: {sentence}");
    }
}
