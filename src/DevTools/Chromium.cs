using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.Json;

namespace DevTools;

/// <summary>
/// One page of a headless Chromium, spoken to in the DevTools protocol over a pipe. A pipe instead of a port: nobody
/// else on the machine can connect, and Chromium ends by itself when the pipe closes, thus also when the kernel is
/// killed. No name resolves in it, so it loads nothing.
/// </summary>
public sealed class Chromium : IDisposable
{
    static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    readonly Process _process;
    readonly string _session;
    readonly string _profile;
    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _pending = [];
    readonly Lock _lock = new();
    int _count;

    /// <summary>The program to start, or null where none is installed.</summary>
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <param name="program">Chromium's path.</param>
    /// <param name="size">Width and height of the page in CSS pixels.</param>
    /// <param name="limit">For the start.</param>
    /// <param name="resolves">The host that may be loaded from; by default none.</param>
    /// <exception cref="ChromiumException">It did not start, or not in time.</exception>
    public Chromium(string program, (int Width, int Height) size, TimeSpan limit, string? resolves = null)
    {
        _profile = Directory.CreateTempSubdirectory("csharp-jupyter-chromium-").FullName;
        // Its pages are this kernel's own; the sandbox cannot start as root or in most containers.
        string[] arguments =
        [
            "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-default-apps",
            "--force-color-profile=srgb",
            $"--host-resolver-rules=MAP * ~NOTFOUND{(resolves is null ? "" : $", EXCLUDE {resolves}")}",
            $"--window-size={size.Width},{size.Height}", $"--user-data-dir={_profile}",
        ];
        // The shell lays the pipe on the descriptors 3 and 4, which .NET cannot, and clears up after Chromium's end.
        var start = new ProcessStartInfo("/bin/sh",
            ["-c", "\"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1; rm -rf \"${0}\"", _profile, program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        // Chromium brings an allocator of its own; one preloaded for this process is not for it.
        start.Environment.Remove("LD_PRELOAD");
        _process = Process.Start(start)!;
        new Thread(Read) { IsBackground = true, Name = "chromium" }.Start();
        try
        {
            var target = Call("Target.createTarget", new() { ["url"] = "about:blank" }, limit)["targetId"]!
                .GetValue<string>();
            _session = Call("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true },
                limit)["sessionId"]!.GetValue<string>();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Evaluates JavaScript in the page and gives its value; promises are awaited.</summary>
    /// <exception cref="ChromiumException">
    /// The script threw, or took longer than the limit, or Chromium is gone.
    /// </exception>
    public JsonNode? Evaluate(string script, TimeSpan limit)
    {
        var result = Call("Runtime.evaluate", new()
        {
            ["expression"] = script, ["awaitPromise"] = true, ["returnByValue"] = true, ["userGesture"] = true
        }, limit);
        if (result["exceptionDetails"] is { } failure)
            throw new ChromiumException(failure["exception"]?["description"]?.GetValue<string>()
                ?? failure["text"]?.GetValue<string>() ?? "a script failed", isScript: true);
        return result["result"]?["value"];
    }

    /// <summary>One command of the DevTools protocol to the page.</summary>
    /// <exception cref="ChromiumException">
    /// It was refused, or took longer than the limit, or Chromium is gone.
    /// </exception>
    public JsonNode Call(string method, JsonObject parameters, TimeSpan limit)
    {
        var id = Interlocked.Increment(ref _count);
        var answer = _pending[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null) message["sessionId"] = _session;
        try
        {
            lock (_lock)
            {
                _process.StandardInput.BaseStream.Write([.. JsonSerializer.SerializeToUtf8Bytes(message), 0]);
                _process.StandardInput.BaseStream.Flush();
            }
        }
        catch (IOException) { throw Gone(); }
        try
        {
            // In short steps, so that an interrupt of the cell gets through.
            for (var clock = Stopwatch.StartNew(); !answer.Task.Wait(50);)
                if (clock.Elapsed > limit)
                    throw new ChromiumException($"Chromium did not answer within {limit.TotalSeconds:0} s");
        }
        catch (AggregateException e) { throw e.InnerException!; }
        finally { _pending.TryRemove(id, out _); }
        var result = answer.Task.Result;
        if (result["error"] is { } error) throw new ChromiumException($"{method}: {error["message"]}");
        return result["result"]!;
    }

    static ChromiumException Gone() => new("Chromium has ended");

    /// <summary>Answers are JSON texts, each closed by a zero byte; events, which have no id, are left aside.</summary>
    void Read()
    {
        try
        {
            var pipe = _process.StandardOutput.BaseStream;
            var (part, text) = (new byte[1 << 16], new MemoryStream());
            while (pipe.Read(part) is > 0 and var count)
                for (var at = 0; at < count;)
                {
                    var end = Array.IndexOf(part, (byte)0, at, count - at);
                    text.Write(part, at, (end < 0 ? count : end) - at);
                    at = end < 0 ? count : end + 1;
                    if (end < 0) continue;
                    var message = JsonNode.Parse(text.GetBuffer().AsSpan(0, (int)text.Length))!;
                    text.SetLength(0);
                    if (message["id"]?.GetValue<int>() is { } id && _pending.TryGetValue(id, out var waiting))
                        waiting.TrySetResult(message);
                }
        }
        catch (Exception e) when (e is IOException or JsonException or ObjectDisposedException) { }
        foreach (var waiting in _pending.Values) waiting.TrySetException(Gone());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try { if (!_process.HasExited) _process.Kill(entireProcessTree: true); }
        catch (InvalidOperationException) { }
        _process.WaitForExit(1000);
        try { Directory.Delete(_profile, recursive: true); }
        catch (IOException) { }
    }
}

/// <summary>Chromium failed; the message says why.</summary>
/// <param name="message">The failure.</param>
/// <param name="isScript">A script threw; the page itself is well.</param>
public sealed class ChromiumException(string message, bool isScript = false) : Exception(message)
{
    /// <summary>Whether a script threw.</summary>
    public bool IsScript => isScript;
}
