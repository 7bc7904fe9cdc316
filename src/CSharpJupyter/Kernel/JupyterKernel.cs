using System.Text.Json.Nodes;
using CSharpJupyter.Dialect;
using CSharpJupyter.Language;
using CSharpJupyter.Session;
using CSharpJupyter.Wire;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CSharpJupyter.Kernel;

/// <summary>
/// Answers requests. Cells queue for one worker; completion and inspection queue for another; everything else is answered at once on the
/// polling thread, so nothing but a cell ever waits for a cell.
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
        _input = new(_channels);
        _cells = new(_channels, new CellRunner(session, references), _history, _input, _journal, Log);
        _language = new(_channels, new LanguageService(session, references), session, Log);
    }

    /// <summary>Serves until a shutdown request.</summary>
    public void Run()
    {
        _channels.Send(Channel.Iopub, ["status"u8.ToArray()], "status", null, new() { ["execution_state"] = "starting" });
        if (_journal.Lost is { } lost) new Thread(() => Answer(lost)) { IsBackground = true, Name = "lost session" }.Start();
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
        Thread.Sleep(200);
        Log($"a session ended: {lost.Reason}");
        var text = $"The session's process ended: {lost.Reason}. A new one has started; its variables are gone, so run the cells again that make them.";
        if (lost.Pending.Count == 0 && lost.Last is { } last)
            _channels.Send(Channel.Iopub, ["stream"u8.ToArray()], "stream", last.HeaderBytes, new() { ["name"] = "stderr", ["text"] = text + "\n" });
        foreach (var (i, message) in lost.Pending.Index())
        {
            using var request = new Request(_channels, Channel.Shell, message);
            var error = new JsonObject { ["ename"] = "SessionLost", ["evalue"] = text, ["traceback"] = new JsonArray(text) };
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
                request.Publish("comm_close", new() { ["comm_id"] = message.Content.Text("comm_id"), ["data"] = new JsonObject() });
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
        var tree = CSharpSyntaxTree.ParseText(Directives.Extract(code).Code, ScriptSession.ParseOptions);
        if (!SyntaxFactory.IsCompleteSubmission(tree)) return new() { ["status"] = "incomplete", ["indent"] = "    " };
        return new() { ["status"] = tree.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error) ? "invalid" : "complete" };
    }

    void Log(string text) => _log.WriteLine($"csharp-jupyter: {text}");

    public void Dispose() => _channels.Dispose();
}
