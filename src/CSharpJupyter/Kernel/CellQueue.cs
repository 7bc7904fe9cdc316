using CSharpJupyter.Dialect;
using CSharpJupyter.Formatters;

namespace CSharpJupyter.Kernel;

/// <summary>Execute requests, one after the other on a thread of their own.</summary>
sealed class CellQueue
{
    readonly BlockingCollection<(Message Message, CancellationTokenSource Interrupt)> _waiting = [];
    /// <summary>Of the cell that runs and of those behind it; where none runs yet, the first is about to.</summary>
    readonly ConcurrentQueue<CancellationTokenSource> _unfinished = [];
    readonly Channels _channels;
    readonly CellRunner _runner;
    readonly History _history;
    readonly InputRequests _input;
    readonly Action<string> _log;
    readonly Journal _journal;
    int _count;

    public CellQueue(Channels channels, CellRunner runner, ReferenceSet references, History history,
        InputRequests input, Journal journal, Action<string> log)
    {
        (_channels, _runner, _history, _input, _journal, _log) = (channels, runner, history, input, journal, log);
        _count = journal.Lost?.Count ?? 0;
        Start("cells", () => Work(references));
    }

    public void Add(Message message)
    {
        var interrupt = new CancellationTokenSource();
        _unfinished.Enqueue(interrupt);
        _waiting.Add((message, interrupt));
    }

    /// <summary>
    /// Stops the running cell, or the one that is about to run: it may wait for the warm-up, or for its thread on
    /// a busy machine.
    /// </summary>
    public void Interrupt()
    {
        // A thread of its own: callbacks of the token may take their time.
        if (_unfinished.TryPeek(out var first)) Start("interrupt", first.Cancel);
    }

    static void Start(string name, ThreadStart work) => new Thread(work) { IsBackground = true, Name = name }.Start();

    void Work(ReferenceSet references)
    {
        Warmup.Run(references, _log);
        foreach (var (message, interrupt) in _waiting.GetConsumingEnumerable())
        {
            try { Execute(message, interrupt); }
            catch (Exception e) { _log($"execute_request failed: {e}"); }
            finally { Finish(interrupt); }
            _journal.Done(_count);
        }
    }

    /// <summary>An interrupt from now on is meant for the next cell.</summary>
    void Finish(CancellationTokenSource interrupt)
    {
        if (_unfinished.TryPeek(out var first) && first == interrupt) _unfinished.TryDequeue(out _);
    }

    void Execute(Message message, CancellationTokenSource interrupt)
    {
        using var request = new Request(_channels, Channel.Shell, message);
        var code = message.Content.Text("code");
        var silent = message.Content.Flag("silent", false);
        var store = !silent && message.Content.Flag("store_history", true);
        if (store) _history.Add(++_count, code);
        if (!silent) request.Publish("execute_input", new() { ["code"] = code, ["execution_count"] = _count });

        Func<string, bool, string>? ask = message.Content.Flag("allow_stdin", false)
            ? (prompt, password) => _input.Ask(message, prompt, password, interrupt.Token) : null;
        Action<string, JsonObject> publish = silent ? (_, _) => { } : request.Publish;
        using var output = new CellOutput(publish, ask)
        {
            Id = message.Metadata?.Text("cellId", code) ?? code, Interrupt = interrupt.Token
        };
        output.Submit = more =>
        {
            if (_runner.Run(more, $"In[{Math.Max(_count, 1)}]", output, interrupt.Token) is { } shown)
                output.Display(shown);
        };
        PlotlyChart.Deleted(message.Metadata?["deletedCells"] as JsonArray ?? []);
        output.MakeCurrent();
        CellConsole.Restore();
        Interruption.Reset();
        JsonObject reply;
        try
        {
            if (_runner.Run(code, $"In[{Math.Max(_count, 1)}]", output, interrupt.Token,
                NotebookFile.Language(message.Metadata) ?? "csharp") is { } result && !silent)
                output.Publish("execute_result", new()
                {
                    ["execution_count"] = _count, ["data"] = result.ToJson(), ["metadata"] = result.Metadata()
                });
            reply = new()
            {
                ["status"] = "ok", ["execution_count"] = _count, ["payload"] = new JsonArray(),
                ["user_expressions"] = UserExpressions(message.Content["user_expressions"] as JsonObject, output,
                    interrupt.Token),
            };
        }
        catch (Exception e)
        {
            var error = interrupt.IsCancellationRequested ? Interrupted(e) : Told(e);
            output.Publish("error", error.DeepClone().AsObject());
            reply = error;
            (reply["status"], reply["execution_count"]) = ("error", _count);
        }
        finally
        {
            Finish(interrupt);
            // Between the parts of a cell too, of which one may have left tasks running.
            if (interrupt.IsCancellationRequested) output.Interruption.Request(final: true);
        }
        output.Flush();
        request.Reply(reply);
        PlotlyChart.Ended(output);
        // A tool's own request that fails, of which nothing is shown, is no reason to stop the user's.
        if (!silent && reply["status"]!.GetValue<string>() == "error" && message.Content.Flag("stop_on_error", true))
            AbortWaiting();
    }

    JsonObject UserExpressions(JsonObject? expressions, CellOutput output, CancellationToken interrupt)
    {
        var values = new JsonObject();
        foreach (var (name, expression) in expressions ?? [])
        {
            try
            {
                var data = _runner.Run(expression?.GetValue<string>() ?? "", name, output, interrupt) ?? [];
                values[name] = new JsonObject
                {
                    ["status"] = "ok", ["data"] = data.ToJson(), ["metadata"] = data.Metadata()
                };
            }
            catch (Exception e)
            {
                values[name] = Told(e);
                values[name]!["status"] = "error";
            }
        }
        return values;
    }

    void AbortWaiting()
    {
        while (_waiting.TryTake(out var waiting))
        {
            Finish(waiting.Interrupt);
            using var request = new Request(_channels, Channel.Shell, waiting.Message);
            request.Reply(new() { ["status"] = "aborted", ["execution_count"] = _count });
            _journal.Done(_count);
        }
    }

    static JsonObject Interrupted(Exception e)
    {
        var text = e is CellAbandonedException
            ? CellAbandonedException.Text
            : StackTraces.Place(e) is { } place ? $"The cell was interrupted at {place}."
            : "The cell was interrupted.";
        return new() { ["ename"] = "KeyboardInterrupt", ["evalue"] = text, ["traceback"] = new JsonArray(text) };
    }

    /// <summary>The error of an exception, whose own Message or ToString may throw.</summary>
    static JsonObject Told(Exception e)
    {
        try { return Error(e); }
        catch (Exception own)
        {
            var text = $"{e.GetType().FullName}; its own message failed with {own.GetType().FullName}.";
            return new()
            {
                ["ename"] = e.GetType().FullName, ["evalue"] = text, ["traceback"] = new JsonArray(text)
            };
        }
    }

    static JsonObject Error(Exception e)
    {
        while (e is TargetInvocationException or AggregateException { InnerExceptions.Count: 1 }
            && e.InnerException is not null)
            e = e.InnerException;
        var (name, text, lines) = e switch
        {
            CellFailedException failed => (failed.Name, failed.Message, failed.Message.Split('\n').ToList()),
            _ => (e.GetType().FullName!, StackTraces.Place(e) is { } place ? $"{e.Message} ({place})" : e.Message,
                StackTraces.Lines(e)),
        };
        return new()
        {
            ["ename"] = name, ["evalue"] = text, ["traceback"] = new JsonArray([.. lines.Select(l => (JsonNode)l)])
        };
    }
}
