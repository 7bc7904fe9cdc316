using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CSharpJupyter.Kernel;
using CSharpJupyter.Wire;

namespace CSharpJupyter.Language;

/// <summary>Completion and inspection, beside the running cell, on a thread of their own.</summary>
sealed class LanguageQueue
{
    readonly BlockingCollection<(Channel, Message)> _waiting = [];
    readonly Channels _channels;
    readonly LanguageService _service;
    readonly Action<string> _log;

    public LanguageQueue(Channels channels, LanguageService service, Action<string> log)
    {
        (_channels, _service, _log) = (channels, service, log);
        new Thread(Work) { IsBackground = true, Name = "language", Priority = ThreadPriority.BelowNormal }.Start();
    }

    public void Add(Channel channel, Message message) => _waiting.Add((channel, message));

    void Work()
    {
        foreach (var (channel, message) in _waiting.GetConsumingEnumerable())
        {
            using var request = new Request(_channels, channel, message);
            var code = message.Content.Text("code");
            var cursor = CodePoints.ToUtf16(code, message.Content.Number("cursor_pos", int.MaxValue));
            try { request.Reply(message.Type == "complete_request" ? _service.Complete(code, cursor) : _service.Inspect(code, cursor)); }
            catch (Exception e)
            {
                _log($"{message.Type} failed: {e}");
                request.Reply(new JsonObject { ["status"] = "error", ["ename"] = e.GetType().Name, ["evalue"] = e.Message, ["traceback"] = new JsonArray() });
            }
        }
    }
}
