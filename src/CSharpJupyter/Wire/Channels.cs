using NetMQ.Sockets;
using NetMQ;

namespace CSharpJupyter.Wire;

/// <summary>
/// The five sockets, all owned by one polling thread that never runs a cell, so that control and heartbeat answer while
/// one runs. Other threads send through a queue, which keeps their order and is emptied at every signal: where an
/// interrupt of a cell's thread swallows a signal, NetMQ's own queue, which counts them, stays a message behind.
/// </summary>
sealed class Channels : IDisposable
{
    readonly WireFormat _wire;
    readonly Dictionary<Channel, NetMQSocket> _sockets;
    readonly RouterSocket _heartbeat = new();
    readonly ConcurrentQueue<(Channel Channel, NetMQMessage Frames)> _outgoing = [];
    readonly NetMQQueue<bool> _signals = new();
    readonly Lock _sending = new();
    bool _isClosed;
    readonly NetMQPoller _poller;
    readonly Action<Channel, Message> _received;
    readonly Action<string> _log;

    /// <param name="subscribed">Called when a client begins to listen on iopub.</param>
    public Channels(ConnectionFile file, Action<Channel, Message> received, Action subscribed, Action<string> log)
    {
        (_wire, _received, _log) = (new(file.Key), received, log);
        _sockets = new()
        {
            [Channel.Shell] = new RouterSocket(), [Channel.Control] = new RouterSocket(),
            [Channel.Stdin] = new RouterSocket(), [Channel.Iopub] = new XPublisherSocket(),
        };
        foreach (var socket in _sockets.Values)
        {
            // No high-water mark: a chatty cell must not lose output to a slow client.
            (socket.Options.SendHighWatermark, socket.Options.ReceiveHighWatermark) = (0, 0);
            socket.Options.Linger = TimeSpan.FromSeconds(1);
        }
        _sockets[Channel.Shell].Bind(file.Address(file.ShellPort));
        _sockets[Channel.Control].Bind(file.Address(file.ControlPort));
        _sockets[Channel.Stdin].Bind(file.Address(file.StdinPort));
        _sockets[Channel.Iopub].Bind(file.Address(file.IopubPort));
        _heartbeat.Bind(file.Address(file.HbPort));

        foreach (var channel in new[] { Channel.Shell, Channel.Control, Channel.Stdin })
            _sockets[channel].ReceiveReady += (_, e) => Receive(channel, e.Socket);
        _sockets[Channel.Iopub].ReceiveReady += (_, e) =>
        {
            if (e.Socket.ReceiveFrameBytes() is [1, ..]) subscribed();
        };
        _heartbeat.ReceiveReady += (_, e) => e.Socket.SendMultipartMessage(e.Socket.ReceiveMultipartMessage());
        _signals.ReceiveReady += (_, _) => SendQueued();
        _poller = [_sockets[Channel.Control], _sockets[Channel.Shell], _sockets[Channel.Stdin], _sockets[Channel.Iopub],
            _heartbeat, _signals];
    }

    /// <summary>Serves the sockets on the calling thread until <see cref="Stop"/>.</summary>
    public void Run() => _poller.Run();

    public void Stop() => _poller.StopAsync();

    public void Send(Channel channel, IEnumerable<byte[]> identities, string type, byte[]? parent,
        JsonObject content)
    {
        var frames = _wire.Frames(identities, type, parent, content);
        // An interrupt of a cell's thread strikes here, before anything was queued; nobody else waits for NetMQ's lock.
        lock (_sending)
        {
            if (_isClosed) return;
            _outgoing.Enqueue((channel, frames));
            _signals.Enqueue(true);
        }
    }

    void Receive(Channel channel, NetMQSocket socket)
    {
        // Some of the waiting messages, not all: the other sockets shall have their turn.
        NetMQMessage? frames = null;
        for (var i = 0; i < 100 && socket.TryReceiveMultipartMessage(TimeSpan.Zero, ref frames); i++, frames = null)
        {
            try
            {
                if (_wire.Parse(frames!, out var why) is { } message) _received(channel, message);
                else _log($"dropped a message on {channel}: {why}");
            }
            catch (Exception e) { _log($"a message on {channel} failed: {e}"); }
        }
        SendQueued();
    }

    void SendQueued()
    {
        while (_signals.TryDequeue(out _, TimeSpan.Zero)) { }
        while (_outgoing.TryDequeue(out var next))
            _sockets[next.Channel].SendMultipartMessage(next.Frames);
    }

    public void Dispose()
    {
        _poller.Dispose();
        lock (_sending) _isClosed = true;
        SendQueued();
        _signals.Dispose();
        foreach (var socket in _sockets.Values) socket.Dispose();
        _heartbeat.Dispose();
        // Waits for the linger time at most, so that the last reply leaves.
        NetMQConfig.Cleanup(block: true);
    }
}

/// <summary>The channels that carry messages; the fifth, the heartbeat, only echoes.</summary>
enum Channel { Shell, Control, Stdin, Iopub }
