namespace CSharpJupyter.Output;

/// <summary>Console.In of the kernel: asks the client for a line.</summary>
sealed class ConsoleReader : TextReader
{
    string _rest = "";

    public override string? ReadLine()
    {
        if (_rest == "") return Ask();
        var line = _rest.TrimEnd('\n');
        _rest = "";
        return line;
    }

    public override int Peek() => _rest == "" ? -1 : _rest[0];

    public override int Read()
    {
        if (_rest == "") _rest = Ask() + "\n";
        var first = _rest[0];
        _rest = _rest[1..];
        return first;
    }

    static string Ask() => CellOutput.Current?.ReadLine is { } ask
        ? ask("", false)
        : throw new InvalidOperationException("This notebook client takes no input (allow_stdin is false); give the value in a cell instead of reading it.");
}
