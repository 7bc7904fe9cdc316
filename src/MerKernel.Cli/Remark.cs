using System.Collections.Concurrent;

namespace MerKernel.Cli;

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
