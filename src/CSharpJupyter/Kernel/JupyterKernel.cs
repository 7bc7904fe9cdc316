using CSharpJupyter.Dialect;
using CSharpJupyter.Language;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis;

namespace CSharpJupyter.Kernel;

/// <summary>
/// Answers requests. Cells queue for one worker; completion and inspection queue for another; everything else is
/// answered at once on the polling thread, so nothing but a cell ever waits for a cell.
/// </summary>
sealed class JupyterKernel : IDisposable
{
    readonly Channels _channels;
    readonly History _history = new();
    readonly CellQueue _cells;
    readonly LanguageQueue _language;
    readonly InputRequests _input;
    readonly TextWriter _log;
    readonly Journal _journal = new();
    readonly ManualResetEventSlim _isHeard = new();

    public JupyterKernel(ConnectionFile connection, TextWriter log)
    {
        _log = log;
        var references = new ReferenceSet();
        var session = new ScriptSession(references);
        _channels = new(connection, Receive, _isHeard.Set, Log);
        _journal.Begin();
        _input = new(_channels);
        _cells = new(_channels, new CellRunner(session, references), references, _history, _input, _journal, Log);
        _language = new(_channels, new LanguageService(session, references), session, Log);
    }

    /// <summary>Serves until a shutdown request.</summary>
    public void Run()
    {
        _channels.Send(Channel.Iopub, ["status"u8.ToArray()], "status", null,
            new() { ["execution_state"] = "starting" });
        if (_journal.Lost is { } lost)
            new Thread(() => Answer(lost)) { IsBackground = true, Name = "lost session" }.Start();
        _channels.Run();
        _journal.Close();
    }

    /// <summary>Ends the process: nobody is there to talk to.</summary>
    public void Leave()
    {
        _journal.Close();
        Environment.Exit(0);
    }

    /// <summary>Gives the answers that a session owes whose process died.</summary>
    void Answer(LostSession lost)
    {
        // Clients come back by themselves, but messages before that are lost.
        _isHeard.Wait(TimeSpan.FromSeconds(5));
        // The other channels connect a little later, on a busy machine much.
        Thread.Sleep(2000);
        Log($"a session ended: {lost.Reason}");
        var text = $"The session's process ended: {lost.Reason}. A new one has started; its variables are gone, so " +
            "run the cells again that make them.";
        if (lost.Pending.Count == 0 && lost.Last is { } last)
            _channels.Send(Channel.Iopub, ["stream"u8.ToArray()], "stream", last.HeaderBytes,
                new() { ["name"] = "stderr", ["text"] = text + "\n" });
        foreach (var (i, message) in lost.Pending.Index())
        {
            using var request = new Request(_channels, Channel.Shell, message);
            var error = new JsonObject
            {
                ["ename"] = "SessionLost", ["evalue"] = text, ["traceback"] = new JsonArray(text)
            };
            if (i == 0) request.Publish("error", error.DeepClone().AsObject());
            (error["status"], error["execution_count"]) = (i == 0 ? "error" : "aborted", lost.Count);
            request.Reply(error);
        }
    }

    void Receive(Channel channel, Message message)
    {
        switch (message.Type)
        {
            case "execute_request" when channel == Channel.Shell:
                _journal.Add(message);
                _cells.Add(message);
                break;
            case "complete_request" or "inspect_request": _language.Add(channel, message); break;
            case "input_reply" when channel == Channel.Stdin: _input.Answer(message); break;
            default: AnswerNow(channel, message); break;
        }
    }

    void AnswerNow(Channel channel, Message message)
    {
        using var request = new Request(_channels, channel, message);
        switch (message.Type)
        {
            case "kernel_info_request": request.Reply(KernelInfo.Reply()); break;
            case "is_complete_request": request.Reply(IsComplete(message.Content.Text("code"))); break;
            case "history_request": request.Reply(_history.Reply(message.Content)); break;
            case "comm_info_request":
                request.Reply(new() { ["status"] = "ok", ["comms"] = new JsonObject() });
                // Front ends with an editor ask this when they connect; programs that only run notebooks do not.
                _language.Warm();
                break;
            case "comm_open":
                // No comm targets here: the specification asks for an immediate close.
                request.Publish("comm_close",
                    new() { ["comm_id"] = message.Content.Text("comm_id"), ["data"] = new JsonObject() });
                break;
            case "comm_msg" or "comm_close": break;
            case "interrupt_request":
                _cells.Interrupt();
                request.Reply(new() { ["status"] = "ok" });
                break;
            case "shutdown_request":
                _cells.Interrupt();
                request.Reply(new() { ["status"] = "ok", ["restart"] = message.Content.Flag("restart", false) });
                _journal.Close();
                _channels.Stop();
                break;
            default:
                Log($"no answer to {message.Type} on {channel}");
                break;
        }
    }

    static JsonObject IsComplete(string code)
    {
        try
        {
            List<SyntaxTree> parts = [.. CellText.Parse(code).Parts.Where(p => p.Language == "csharp").Select(p =>
                CSharpSyntaxTree.ParseText(Directives.Extract(p.Text).Code, ScriptSession.ParseOptions))];
            if (parts.Count > 0 && !SyntaxFactory.IsCompleteSubmission(parts[^1]))
                return new() { ["status"] = "incomplete", ["indent"] = "    " };
            var isValid = parts.All(p => p.GetDiagnostics().All(d => d.Severity != DiagnosticSeverity.Error));
            return new() { ["status"] = isValid ? "complete" : "invalid" };
        }
        catch (CellFailedException) { return new() { ["status"] = "invalid" }; }
    }

    void Log(string text) => _log.WriteLine($"csharp-jupyter: {text}");

    public void Dispose() => _channels.Dispose();
}

/// <summary>One request under way: busy when it starts, one reply, idle when it is disposed.</summary>
sealed class Request : IDisposable
{
    readonly Channels _channels;
    readonly Channel _channel;
    readonly Message _message;

    public Request(Channels channels, Channel channel, Message message)
    {
        (_channels, _channel, _message) = (channels, channel, message);
        Status("busy");
    }

    public void Reply(JsonObject content) =>
        _channels.Send(_channel, _message.Identities, _message.Type.Replace("_request", "_reply"), _message.HeaderBytes,
            content);

    /// <summary>Sends on iopub, with this request as the parent.</summary>
    public void Publish(string type, JsonObject content) =>
        _channels.Send(Channel.Iopub, [System.Text.Encoding.UTF8.GetBytes(type)], type, _message.HeaderBytes, content);

    void Status(string state) => Publish("status", new() { ["execution_state"] = state });

    public void Dispose() => Status("idle");
}

/// <summary>Lines a cell reads from the user, over the stdin channel.</summary>
sealed class InputRequests(Channels channels)
{
    readonly BlockingCollection<string> _answers = [];

    /// <exception cref="OperationCanceledException">The cell was interrupted while it waited.</exception>
    public string Ask(Message request, string prompt, bool password, CancellationToken interrupt)
    {
        while (_answers.TryTake(out _)) { }
        channels.Send(Channel.Stdin, request.Identities, "input_request", request.HeaderBytes,
            new JsonObject { ["prompt"] = prompt, ["password"] = password });
        return _answers.Take(interrupt);
    }

    public void Answer(Message reply) => _answers.Add(reply.Content.Text("value"));
}

/// <summary>The answer to kernel_info_request.</summary>
static class KernelInfo
{
    public static JsonObject Reply() => new()
    {
        ["status"] = "ok", ["protocol_version"] = "5.3", ["implementation"] = "csharp-jupyter",
        ["implementation_version"] = typeof(KernelInfo).Assembly.GetName().Version!.ToString(3),
        ["banner"] = $"C# 14 on .NET {Environment.Version}", ["help_links"] = new JsonArray(),
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#", ["version"] = "14.0", ["mimetype"] = "text/x-csharp", ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp", ["codemirror_mode"] = "text/x-csharp",
        },
    };
}
