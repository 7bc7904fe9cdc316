namespace CSharpJupyter.Kernel;

/// <summary>
/// The state that the next process needs if this one dies: which execute requests it still owes an answer, and the
/// number of the last cell. A file that <c>watch.sh</c> names; kernels that were started without it keep none, and are
/// not started again.
/// </summary>
sealed class Journal
{
    const int LongestBytes = 1 << 16;
    readonly Lock _lock = new();
    readonly List<string> _pending = [];
    readonly string _path = Environment.GetEnvironmentVariable("CSHARP_JUPYTER_JOURNAL") ?? "";
    FileStream? _file;
    bool _isClosed;

    public Journal()
    {
        if (_path != "")
            Lost = LostSession.Read(File.ReadAllLines(_path),
                Environment.GetEnvironmentVariable("CSHARP_JUPYTER_ENDED") ?? "");
    }

    /// <summary>
    /// This session can answer for the one that died. A process that ends before leaves the file as it was, to the next
    /// one; where it is the first, that leaves nothing, and the front end can try other ports.
    /// </summary>
    public void Begin()
    {
        if (_path == "") return;
        _file = new(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Write($"= {Lost?.Count ?? 0}");
    }

    /// <summary>The session that died before this one, or null.</summary>
    public LostSession? Lost { get; }

    /// <summary>An execute request came.</summary>
    public void Add(Wire.Message request)
    {
        if (_file is null) return;
        var line = string.Join(' ',
            [Convert.ToBase64String(request.HeaderBytes), .. request.Identities.Select(Convert.ToBase64String)]);
        lock (_lock)
        {
            _pending.Add(line);
            Write("+ " + line);
        }
    }

    /// <summary>The oldest execute request was answered.</summary>
    public void Done(int count)
    {
        if (_file is null) return;
        lock (_lock)
        {
            // A cell that was stopped by the shutdown ends after it.
            if (_isClosed) return;
            var last = _pending[0];
            _pending.RemoveAt(0);
            if (_pending.Count == 0 && _file.Length > LongestBytes)
            {
                _file.SetLength(0);
                _file.Position = 0;
                Write($"+ {last}");
            }
            Write($"- {count}");
        }
    }

    /// <summary>It ends as it was asked to, and shall not be started again.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _file?.SetLength(0);
            _isClosed = true;
        }
    }

    void Write(string line)
    {
        try { if (!_isClosed) _file?.Write(Encoding.UTF8.GetBytes(line + "\n")); }
        catch (IOException) { /* The disk is full: this session goes on, and the next knows less of it. */ }
    }
}

/// <summary>A journal's record of a session whose process died.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Count">The number of its last cell.</param>
/// <param name="Pending">Execute requests without an answer; the first was running.</param>
/// <param name="Last">The last one that was answered, or null.</param>
sealed record LostSession(string Reason, int Count, IReadOnlyList<Wire.Message> Pending, Wire.Message? Last)
{
    /// <summary>Null where there was none.</summary>
    public static LostSession? Read(IReadOnlyList<string> lines, string status)
    {
        if (lines.Count == 0) return null;
        var (count, pending, last) = (0, new Queue<Wire.Message>(), (Wire.Message?)null);
        try
        {
            foreach (var line in lines.Where(l => l.Length > 2))
            {
                switch (line[0])
                {
                    case '+': pending.Enqueue(Message(line[2..])); break;
                    case '-' or '=':
                        if (line[0] == '-') pending.TryDequeue(out last);
                        count = int.Parse(line[2..]);
                        break;
                }
            }
        }
        catch (Exception e) when (e is FormatException or JsonException) { /* Half a line, of a full disk. */ }
        return new(Died(status), count, [.. pending], last);
    }

    static string Died(string status) => int.TryParse(status, out var code) && code > 128
        ? (code - 128) switch
        {
            6 => "it was aborted, by a stack overflow, by code that gave up, or by a crash in native code",
            9 => "it was killed, perhaps for want of memory",
            11 => "it crashed in native code",
            var signal => $"signal {signal}",
        }
        : $"it ended itself with exit code {status}";

    static Wire.Message Message(string line)
    {
        var parts = line.Split(' ').Select(Convert.FromBase64String).ToList();
        return new(parts[1..], parts[0], System.Text.Json.Nodes.JsonNode.Parse(parts[0])!.AsObject(), []);
    }
}
