using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CSharpJupyter.Wire;

namespace CSharpJupyter.Kernel;

/// <summary>Lines a cell reads from the user, over the stdin channel.</summary>
sealed class InputRequests(Channels channels)
{
    readonly BlockingCollection<string> _answers = [];

    /// <exception cref="OperationCanceledException">The cell was interrupted while it waited.</exception>
    public string Ask(Message request, string prompt, bool password, CancellationToken interrupt)
    {
        while (_answers.TryTake(out _)) { }
        channels.Send(Channel.Stdin, request.Identities, "input_request", request.HeaderBytes, new JsonObject { ["prompt"] = prompt, ["password"] = password });
        return _answers.Take(interrupt);
    }

    public void Answer(Message reply) => _answers.Add(reply.Content.Text("value"));
}
