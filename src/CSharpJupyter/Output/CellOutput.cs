namespace CSharpJupyter.Output;

/// <summary>
/// The output of one execute request. It flows with the execution context, so output from a task the cell started still
/// names that cell, however late it comes. Streams are collected and sent every 50 ms, because many tiny messages
/// overwhelm clients.
/// </summary>
sealed class CellOutput : IDisposable
{
    static readonly AsyncLocal<CellOutput?> s_flowing = new();
    static CellOutput? s_latest;

    readonly Lock _lock = new();
    readonly StringBuilder _text = new();
    readonly Action<string, JsonObject> _publish;
    readonly Func<string, bool, string>? _readLine;
    string _stream = "stdout";
    bool _willFlush;

    /// <param name="publish">Sends a message type and content on iopub with this cell's request as the parent.</param>
    /// <param name="readLine">
    /// Asks the client for a line (prompt, password), null where the client does not allow it.
    /// </param>
    public CellOutput(Action<string, JsonObject> publish, Func<string, bool, string>? readLine = null) =>
        (_publish, _readLine) = (publish, readLine);

    /// <summary>Runs more code in the cell's session.</summary>
    public Action<string>? Submit { get; set; }

    /// <summary>The same when the cell runs again: its name in the notebook, or its source.</summary>
    public string Id { get; init; } = "";

    /// <summary>Files that the cell has loaded: each runs once, in a circle too.</summary>
    public HashSet<string> Loaded { get; } = [];

    /// <summary>The output holds the script that unpacks plotly.js.</summary>
    public bool HasPlotly { get; set; }

    /// <summary>Cancelled when the cell is interrupted.</summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>Ends the cell's own code when it is interrupted.</summary>
    public Interruption Interruption { get; } = new();

    /// <summary>The cell the calling code belongs to, or null for code that lost its context.</summary>
    public static CellOutput? Flowing => s_flowing.Value;

    /// <summary>The cell the calling code belongs to; for code that lost its context, the latest cell.</summary>
    public static CellOutput? Current => Flowing ?? s_latest;

    public void MakeCurrent() => s_flowing.Value = s_latest = this;

    public void Write(string stream, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        lock (_lock)
        {
            if (stream != _stream || _text.Length > 1 << 18) Send(isMore: stream == _stream);
            _stream = stream;
            _text.Append(text);
            if (_willFlush) return;
            _willFlush = true;
            Flusher.Soon(this);
        }
    }

    public void Publish(string type, JsonObject content)
    {
        lock (_lock)
        {
            Send();
            _publish(type, content);
        }
    }

    public void Display(MimeBundle data, string? displayId = null, bool update = false) => Publish(
        update ? "update_display_data" : "display_data",
        new()
        {
            ["data"] = data.ToJson(), ["metadata"] = data.Metadata(),
            ["transient"] = displayId is null ? new() : new JsonObject { ["display_id"] = displayId },
        });

    public void Clear(bool wait)
    {
        HasPlotly = false;
        Publish("clear_output", new() { ["wait"] = wait });
    }

    /// <summary>A line from the user, who does not see a password that she types.</summary>
    /// <exception cref="InvalidOperationException">The client does not allow it.</exception>
    public string Ask(string prompt, bool password)
    {
        if (_readLine is null)
            throw new InvalidOperationException("This notebook client takes no input (allow_stdin is false); write " +
                "the value in a cell.");
        // What the cell wrote before, such as the question, comes first.
        Flush();
        return _readLine(prompt, password);
    }

    /// <param name="isMore">More may come, such as the other half of a surrogate pair.</param>
    public void Flush(bool isMore = false)
    {
        lock (_lock) Send(isMore);
    }

    void Send(bool isMore = false)
    {
        _willFlush = false;
        var length = isMore && _text.Length > 0 && char.IsHighSurrogate(_text[^1]) ? _text.Length - 1 : _text.Length;
        if (length == 0) return;
        _publish("stream", new() { ["name"] = _stream, ["text"] = _text.ToString(0, length) });
        _text.Remove(0, length);
    }

    public void Dispose() => Flush();
}

/// <summary>
/// Sends collected stream output every 50 ms, on a thread of its own because a parallel cell may fill the thread pool
/// that timers need.
/// </summary>
static class Flusher
{
    // Emptied at every signal: an interrupted cell's thread may not give its own.
    static readonly ConcurrentQueue<CellOutput> Waiting = [];
    static readonly AutoResetEvent Signal = new(false);

    static Flusher()
    {
        using (ExecutionContext.SuppressFlow()) new Thread(Work) { IsBackground = true, Name = "output" }.Start();
    }

    public static void Soon(CellOutput output)
    {
        Waiting.Enqueue(output);
        Signal.Set();
    }

    static void Work()
    {
        while (Signal.WaitOne())
        {
            Thread.Sleep(50);
            while (Waiting.TryDequeue(out var output)) output.Flush(isMore: true);
        }
    }
}

/// <summary>The console as cells see it.</summary>
static class CellConsole
{
    static TextWriter s_out = Console.Out, s_error = Console.Error;
    static TextReader s_in = Console.In;

    /// <summary>Turns the console to the cells; what belongs to none goes to the log.</summary>
    public static void Take(TextWriter log)
    {
        Console.SetOut(new ConsoleWriter("stdout", Console.Out));
        Console.SetError(new ConsoleWriter("stderr", log));
        Console.SetIn(new ConsoleReader());
        (s_out, s_error, s_in) = (Console.Out, Console.Error, Console.In);
    }

    /// <summary>A cell that set another writer set it for itself: the next one's text is seen again.</summary>
    public static void Restore()
    {
        if (Console.Out != s_out) Console.SetOut(s_out);
        if (Console.Error != s_error) Console.SetError(s_error);
        if (Console.In != s_in) Console.SetIn(s_in);
    }
}

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
        Interruption.CheckWriting();
        if (CellOutput.Current is { } cell) cell.Write(stream, text);
        else log.Write(text);
    }

    public override void WriteLine(string? value) => Write(string.Concat(value, "\n"));

    public override void WriteLine() => Write('\n');

    public override void Flush() { }
}

/// <summary>Console.In of the kernel: asks the client for a line.</summary>
sealed class ConsoleReader : TextReader
{
    string _rest = "";

    public override string? ReadLine()
    {
        if (_rest == "") return CellOutput.Current?.Ask("", password: false);
        var line = _rest.TrimEnd('\n');
        _rest = "";
        return line;
    }

    public override int Peek() => _rest == "" ? -1 : _rest[0];

    public override int Read()
    {
        if (_rest == "") _rest = ReadLine() + "\n";
        var first = _rest[0];
        _rest = _rest[1..];
        return first;
    }
}
