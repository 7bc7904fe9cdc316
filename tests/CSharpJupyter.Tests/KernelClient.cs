using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;

namespace CSharpJupyter.Tests;

/// <summary>
/// A client that speaks the messaging specification over plain sockets to a kernel process. It shares no code with the
/// kernel, so a slip in signing or framing shows.
/// </summary>
public sealed class KernelClient : IDisposable
{
    readonly DealerSocket _shell = new(), _control = new(), _stdin = new();
    readonly SubscriberSocket _iopub = new();
    readonly RequestSocket _heartbeat = new();
    readonly string _key, _published, _file = Path.GetTempFileName();

    /// <summary>Minutes were waited in vain: the tests after that one shall not wait them too.</summary>
    bool _isStuck;

    /// <param name="program">The kernel; by default the one built with the tests.</param>
    /// <param name="watched">Start it as a kernelspec does, so that it comes back when it dies.</param>
    public KernelClient(string key = "secret", string? program = null, bool watched = false,
        params (string Name, string Value)[] environment)
    {
        program ??= Path.Combine(AppContext.BaseDirectory, "CSharpJupyter.dll");
        _key = key;
        var ports = FreePorts(5);
        File.WriteAllText(_file, JsonSerializer.Serialize(new
        {
            shell_port = ports[0], iopub_port = ports[1], stdin_port = ports[2], control_port = ports[3],
            hb_port = ports[4],
            ip = "127.0.0.1", transport = "tcp", key, signature_scheme = "hmac-sha256",
        }));
        var start = watched
            ? new ProcessStartInfo("/bin/sh",
                [Path.Combine(Path.GetDirectoryName(program)!, "watch.sh"), "dotnet", program, _file])
            : new ProcessStartInfo("dotnet", [program, _file]);
        start.RedirectStandardError = true;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        Process = Process.Start(start)!;
        Process.ErrorDataReceived += (_, e) => { lock (Log) Log.AppendLine(e.Data); };
        Process.BeginErrorReadLine();
        // One identity for shell and stdin, as the specification demands.
        _shell.Options.Identity = _stdin.Options.Identity = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
        _iopub.Options.ReceiveHighWatermark = 0;
        _shell.Connect($"tcp://127.0.0.1:{ports[0]}");
        _iopub.Connect(_published = $"tcp://127.0.0.1:{ports[1]}");
        _iopub.SubscribeToAnyTopic();
        _stdin.Connect($"tcp://127.0.0.1:{ports[2]}");
        _control.Connect($"tcp://127.0.0.1:{ports[3]}");
        _heartbeat.Connect($"tcp://127.0.0.1:{ports[4]}");
        // As real clients do: ask until the answer's busy and idle arrive too, because subscribing takes a moment.
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var id = Send("kernel_info_request");
                Info = Reply(id, seconds: 300);
                if (TryIopubUntilIdle(id, 0.5)) break;
                if (attempt > 40) throw new TimeoutException("no iopub");
            }
        }
        catch
        {
            // Nobody else can.
            Dispose();
            throw;
        }
    }

    public Process Process { get; }

    /// <summary>The file with the kernel's ports.</summary>
    public string ConnectionFile => _file;

    public StringBuilder Log { get; } = new();
    public JsonObject Info { get; }

    /// <summary>Sends on shell (or control) and gives the message id.</summary>
    public string Send(string type, JsonObject? content = null, bool control = false, JsonObject? metadata = null)
    {
        var (id, frames) = Frames(type, content ?? [], _key, metadata);
        (control ? _control : _shell).SendMultipartMessage(frames);
        return id;
    }

    public void SendRaw(NetMQMessage frames) => _shell.SendMultipartMessage(frames);

    public (string Id, NetMQMessage Frames) Frames(string type, JsonObject content, string key,
        JsonObject? metadata = null) => Written(type, content.ToJsonString(), key, metadata);

    /// <summary>Frames of a content that no writer of JSON would write.</summary>
    public static (string Id, NetMQMessage Frames) Written(string type, string content, string key,
        JsonObject? metadata = null)
    {
        var id = Guid.NewGuid().ToString("N");
        string[] parts =
        [
            new JsonObject
            {
                ["msg_id"] = id, ["msg_type"] = type, ["session"] = "s", ["username"] = "u", ["version"] = "5.3",
                ["date"] = "2026-01-01T00:00:00Z"
            }.ToJsonString(),
            "{}", (metadata ?? []).ToJsonString(), content,
        ];
        var signature = key == "" ? "" : Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key),
            Encoding.UTF8.GetBytes(string.Concat(parts))));
        return (id,
            new(new[] { "<IDS|MSG>", signature }.Concat(parts).Select(p => new NetMQFrame(Encoding.UTF8.GetBytes(p)))));
    }

    public JsonObject Reply(string id, bool control = false, double seconds = 300)
    {
        var until = DateTime.UtcNow.AddSeconds(seconds);
        while (Receive(control ? _control : _shell, until) is { } message)
            if (message.Parent == id) return message.Content;
        throw new TimeoutException($"no reply; kernel log: {Log}");
    }

    public JsonObject Ask(string type, JsonObject? content = null, bool control = false)
    {
        var id = Send(type, content, control);
        var reply = Reply(id, control);
        IopubUntilIdle(id);
        return reply;
    }

    /// <summary>
    /// Waits until the process of a watched kernel's session is gone, and listens to the next: libzmq's clients do that
    /// by themselves, NetMQ does not subscribe again.
    /// </summary>
    public void WaitForDeath(int session)
    {
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{session}"), 120_000));
        _iopub.Disconnect(_published);
        _iopub.Connect(_published);
    }

    /// <summary>What a cell published, from busy to idle, and its reply.</summary>
    public CellRun Execute(string code, bool silent = false, bool storeHistory = true, JsonObject? expressions = null,
        bool stdin = false, Func<string>? answer = null, JsonObject? metadata = null)
    {
        var id = SendExecute(code, silent, storeHistory, expressions, stdin, metadata);
        if (answer is not null)
        {
            var asked = Receive(_stdin, DateTime.UtcNow.AddSeconds(300))
                ?? throw new TimeoutException("no input_request");
            Assert.Equal("input_request", asked.Type);
            _stdin.SendMultipartMessage(Frames("input_reply", new() { ["value"] = answer() }, _key).Frames);
        }
        var published = IopubUntilIdle(id);
        return new(Reply(id), published);
    }

    public string SendExecute(string code, bool silent = false, bool storeHistory = true,
        JsonObject? expressions = null, bool stdin = false, JsonObject? metadata = null) =>
            Send("execute_request", new()
            {
                ["code"] = code, ["silent"] = silent, ["store_history"] = storeHistory,
                ["user_expressions"] = expressions ?? [],
                ["allow_stdin"] = stdin, ["stop_on_error"] = true,
            }, metadata: metadata);

    public CellRun Finish(string id) => new(Reply(id), IopubUntilIdle(id));

    public List<Published> IopubUntilIdle(string id, double seconds = 300)
    {
        // Some or all of it may have come while another request was waited for.
        var found = Others.Where(m => m.Parent == id).ToList();
        Others.RemoveAll(found.Contains);
        if (found.Any(IsIdle)) return found;
        var until = DateTime.UtcNow.AddSeconds(seconds);
        while (Receive(_iopub, until) is { } message)
        {
            if (message.Parent != id) { Others.Add(message); continue; }
            found.Add(message);
            if (IsIdle(message)) return found;
        }
        throw new TimeoutException($"no idle after {string.Join(", ", found.Select(f => f.Type))}; kernel log: {Log}");
    }

    static bool IsIdle(Published message) =>
        message.Type == "status" && message.Content["execution_state"]!.GetValue<string>() == "idle";

    bool TryIopubUntilIdle(string id, double seconds)
    {
        try { IopubUntilIdle(id, seconds); return true; }
        catch (TimeoutException) { return false; }
    }

    /// <summary>iopub messages of other requests than the one waited for.</summary>
    public List<Published> Others { get; } = [];

    /// <summary>Waits until any cell writes something, or something in particular.</summary>
    public bool WaitForStream(Func<string, bool>? what = null)
    {
        var until = DateTime.UtcNow.AddSeconds(300);
        while (Receive(_iopub, until) is { } message)
        {
            Others.Add(message);
            if (message.Type == "stream" && (what is null || what(message.Content["text"]!.GetValue<string>())))
                return true;
        }
        return false;
    }

    public string Heartbeat(string ping)
    {
        _heartbeat.SendFrame(ping);
        return _heartbeat.TryReceiveFrameString(TimeSpan.FromSeconds(60), out var echo) ? echo : "";
    }

    Published? Receive(NetMQSocket socket, DateTime until)
    {
        NetMQMessage? frames = null;
        var left = until - DateTime.UtcNow;
        if (_isStuck) throw new TimeoutException("the kernel did not answer an earlier test");
        if (!socket.TryReceiveMultipartMessage(left > TimeSpan.Zero ? left : TimeSpan.Zero, ref frames))
        {
            _isStuck = left > TimeSpan.FromMinutes(1);
            return null;
        }
        var parts = frames!.Select(f => f.ConvertToString()).ToList();
        var at = parts.IndexOf("<IDS|MSG>");
        if (_key != "")
            Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_key),
                Encoding.UTF8.GetBytes(string.Concat(parts[(at + 2)..(at + 6)])))), parts[at + 1]);
        return new(JsonNode.Parse(parts[at + 2])!["msg_type"]!.GetValue<string>(),
            JsonNode.Parse(parts[at + 3])!["msg_id"]?.GetValue<string>(), JsonNode.Parse(parts[at + 5])!.AsObject());
    }

    /// <summary>
    /// Below those that the system hands out, so that nobody takes one before the kernel does, and none twice.
    /// </summary>
    internal static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var port = 20_000 + (Environment.ProcessId * 97 + Interlocked.Increment(ref s_port)) % 12_000;
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try { listener.Start(); }
            catch (SocketException) { continue; }
            ports.Add(port);
        }
        return [.. ports];
    }

    static int s_port;

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill();
        foreach (var socket in new NetMQSocket[] { _shell, _control, _stdin, _iopub, _heartbeat })
        {
            socket.Options.Linger = TimeSpan.Zero;
            socket.Dispose();
        }
        File.Delete(_file);
    }
}
