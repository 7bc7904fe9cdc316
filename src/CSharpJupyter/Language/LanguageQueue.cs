using CSharpJupyter.Kernel;

namespace CSharpJupyter.Language;

/// <summary>Completion and inspection on a thread of their own, while a cell runs.</summary>
sealed class LanguageQueue
{
    readonly BlockingCollection<Action> _waiting = [];
    readonly Channels _channels;
    readonly LanguageService _service;
    readonly Action<string> _log;
    bool _isUsed;

    public LanguageQueue(Channels channels, LanguageService service, ScriptSession session, Action<string> log)
    {
        (_channels, _service, _log) = (channels, service, log);
        session.Submitted += _ => { if (_isUsed) _waiting.Add(_service.Prepare); };
        new Thread(Work) { IsBackground = true, Name = "language" }.Start();
    }

    /// <summary>
    /// Somebody will write here: the first completion takes seconds, and is better had before it is asked for.
    /// </summary>
    public void Warm()
    {
        if (_isUsed) return;
        _isUsed = true;
        _waiting.Add(() =>
        {
            _service.Complete("Console.Wri", 11);
            _service.Inspect("Console.WriteLine()", 10);
        });
    }

    public void Add(Channel channel, Message message)
    {
        _isUsed = true;
        _waiting.Add(() => Answer(channel, message));
    }

    void Work()
    {
        foreach (var work in _waiting.GetConsumingEnumerable())
        {
            try { work(); }
            catch (Exception e) { _log($"completion failed: {e}"); }
        }
    }

    void Answer(Channel channel, Message message)
    {
        using var request = new Request(_channels, channel, message);
        var code = message.Content.Text("code");
        var cursor = CodePoints.ToUtf16(code, message.Content.Number("cursor_pos", int.MaxValue));
        try
        {
            request.Reply(
                message.Type == "complete_request" ? _service.Complete(code, cursor) : _service.Inspect(code, cursor));
        }
        catch (Exception e)
        {
            _log($"{message.Type} failed: {e}");
            request.Reply(new JsonObject
            {
                ["status"] = "error", ["ename"] = e.GetType().Name, ["evalue"] = e.Message,
                ["traceback"] = new JsonArray()
            });
        }
    }
}
