namespace CSharpJupyter.Session;

/// <summary>
/// An exception that nothing catches, on a thread, in a timer or in an <c>async void</c> of the user's, would end the
/// process and with it the session.
/// </summary>
static class UnhandledExceptions
{
    /// <summary>Shows it in the cell that it belongs to; the thread ends, the session continues.</summary>
    public static bool Show(Exception e)
    {
        if (e is CellInterruptedException || Interruption.IsStopping(e)) return true;
        CellOutput.Current?.Write("stderr", "Nothing caught an exception of a thread outside the cell:\n" +
            string.Join("\n", StackTraces.Lines(e)) + "\n");
        return CellOutput.Current is not null;
    }
}
