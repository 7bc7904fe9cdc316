using System.Text;
using CSharpJupyter.Session;

namespace CSharpJupyter.Output;

/// <summary>Console.Out or Console.Error of the kernel: a cell's text goes to the cell, the rest to the log.</summary>
sealed class ConsoleWriter(string stream, TextWriter log) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> text)
    {
        // Whatever writes can stop here, a library's loop too.
        Interruption.Check();
        if (CellOutput.Current is { } cell) cell.Write(stream, text);
        else log.Write(text);
    }

    public override void WriteLine(string? value) => Write(string.Concat(value, "\n"));

    public override void WriteLine() => Write('\n');

    public override void Flush() { }
}
