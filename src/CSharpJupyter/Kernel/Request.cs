using System.Text.Json.Nodes;
using CSharpJupyter.Wire;

namespace CSharpJupyter.Kernel;

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

    public JsonObject Content => _message.Content;

    public void Reply(JsonObject content) =>
        _channels.Send(_channel, _message.Identities, _message.Type.Replace("_request", "_reply"), _message.HeaderBytes, content);

    /// <summary>Sends on iopub, with this request as the parent.</summary>
    public void Publish(string type, JsonObject content) =>
        _channels.Send(Channel.Iopub, [System.Text.Encoding.UTF8.GetBytes(type)], type, _message.HeaderBytes, content);

    void Status(string state) => Publish("status", new() { ["execution_state"] = state });

    public void Dispose() => Status("idle");
}
