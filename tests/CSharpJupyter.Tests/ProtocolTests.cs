using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using CSharpJupyter.Output;
using CSharpJupyter.Wire;
using NetMQ;
using NetMQ.Sockets;

namespace CSharpJupyter.Tests;

/// <summary>The messaging specification, request by request, against a kernel process.</summary>
public sealed class ProtocolTests(SharedKernel shared) : IClassFixture<SharedKernel>
{
    readonly KernelClient _kernel = shared.Kernel;

    [Fact]
    public void Kernel_info_names_protocol_and_language()
    {
        Assert.Equal("5.3", _kernel.Info["protocol_version"]!.GetValue<string>());
        Assert.Equal("C#", _kernel.Info["language_info"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public void A_cell_is_published_between_busy_and_idle()
    {
        var run = _kernel.Execute("Console.Write(\"out\"); Console.Error.Write(\"err\"); 6 * 7");
        Assert.Equal(["status", "execute_input", "stream", "stream", "execute_result", "status"], run.Types);
        Assert.Equal(("out", "err", "42"), (run.Stream("stdout"), run.Stream("stderr"), run.Plain));
        Assert.Equal(run.Reply["execution_count"]!.GetValue<int>(),
            run.Published[1].Content["execution_count"]!.GetValue<int>());
    }

    [Fact]
    public void A_silent_cell_publishes_nothing_and_does_not_count()
    {
        var before = _kernel.Execute("1").Reply["execution_count"]!.GetValue<int>();
        var silent = _kernel.Execute("Console.Write(1); 2", silent: true);
        Assert.Equal(["status", "status"], silent.Types);
        Assert.Equal(before + 1, _kernel.Execute("1").Reply["execution_count"]!.GetValue<int>());
    }

    [Fact]
    public void A_cell_that_is_not_stored_does_not_count()
    {
        var before = _kernel.Execute("1").Reply["execution_count"]!.GetValue<int>();
        Assert.Equal("2", _kernel.Execute("1 + 1", storeHistory: false).Plain);
        Assert.Equal(before + 1, _kernel.Execute("1").Reply["execution_count"]!.GetValue<int>());
    }

    [Fact]
    public void User_expressions_are_evaluated_after_the_cell()
    {
        var reply = _kernel.Execute("var ux = 20;",
            expressions: new() { ["good"] = "ux + 1", ["bad"] = "nothing_of_the_kind" }).Reply["user_expressions"]!;
        Assert.Equal("21", reply["good"]!["data"]!["text/plain"]!.GetValue<string>());
        Assert.Equal("error", reply["bad"]!["status"]!.GetValue<string>());
    }

    [Fact]
    public void After_an_error_the_waiting_cells_are_aborted_and_later_ones_run()
    {
        // The first cell keeps the queue busy until the others have arrived.
        var ids = new[] { "await Task.Delay(3000); throw new Exception(\"stop\");", "1", "2" }
            .Select(c => _kernel.SendExecute(c)).ToList();
        Assert.Equal(["error", "aborted", "aborted"], ids.Select(i => _kernel.Reply(i)["status"]!.GetValue<string>()));
        Assert.Equal("3", _kernel.Execute("3").Plain);
    }

    [Theory]
    [InlineData("stop_on_error", false)]
    [InlineData("silent", true)]
    public void With_stop_on_error_off_or_silent_the_waiting_cells_run(string flag, bool value)
    {
        var id = _kernel.Send("execute_request",
            new() { ["code"] = "await Task.Delay(500); throw new Exception(\"go on\");", [flag] = value });
        var next = _kernel.SendExecute("4");
        Assert.Equal(("error", "4"), (_kernel.Reply(id)["status"]!.GetValue<string>(), _kernel.Finish(next).Plain));
    }

    [Fact]
    public void A_sequence_is_computed_once_however_it_is_shown()
    {
        var squares = _kernel.Execute(
            "var visits = 0; Enumerable.Range(1, 3).Select(x => { visits++; return x * x; })");
        Assert.Equal("[ 1, 4, 9 ]", squares.Plain);
        Assert.Equal("3", _kernel.Execute("visits").Plain);
        var rows = _kernel.Execute("Enumerable.Range(1, 2).Select(x => new { A = x + visits++, B = \"<b>\" })");
        Assert.Contains("<b>", rows.Plain);
        Assert.Equal("5", _kernel.Execute("visits").Plain);
        // What is there already is shown as ever.
        Assert.Equal("[ 1, 2 ]", _kernel.Execute("new List<int> { 1, 2 }").Plain);
    }

    [Fact]
    public void Output_is_cleared_now_or_with_the_next()
    {
        var run = _kernel.Execute(
            "Console.Write(1); clear_output(); Console.Write(2); clear_output(wait: true); Console.Write(3);");
        Assert.Equal(["status", "execute_input", "stream", "clear_output", "stream", "clear_output", "stream",
            "status"], run.Types);
        Assert.Equal([false, true],
            run.Published.Where(p => p.Type == "clear_output").Select(p => p.Content["wait"]!.GetValue<bool>()));
    }

    [Fact]
    public void An_exception_names_cell_and_line()
    {
        var run = _kernel.Execute("int Bad(int[] a)\n{\n    return a[7];\n}\n\nBad(new int[2])");
        Assert.Equal("error", run.Status);
        var n = run.Reply["execution_count"]!.GetValue<int>();
        Assert.Equal("System.IndexOutOfRangeException", run.Error["ename"]!.GetValue<string>());
        Assert.Contains($"In[{n}]:3", run.Error["traceback"]![1]!.GetValue<string>());
        Assert.Equal(run.Error["evalue"]!.GetValue<string>(), run.Reply["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void A_compile_error_points_into_the_cell()
    {
        var run = _kernel.Execute("#r \"System.Xml\"\n\nvar a = 1;\nvar b = a + missing;");
        run = _kernel.Execute("\n\nvar b = 1 + missing;");
        Assert.Contains($"In[{run.Reply["execution_count"]}]:3:13: CS0103",
            run.Error["traceback"]![0]!.GetValue<string>());
    }

    [Fact]
    public void Code_is_complete_incomplete_or_invalid()
    {
        string Status(string code) =>
            _kernel.Ask("is_complete_request", new() { ["code"] = code })["status"]!.GetValue<string>();
        Assert.Equal(("complete", "incomplete", "invalid"),
            (Status("var x = 1;"), Status("if (true) {"), Status("var = = 1;")));
        // A part in another language is none of C#'s business, and a part before it cannot be written further.
        Assert.Equal(("complete", "complete", "invalid", "incomplete", "invalid"),
            (Status("1\n#!who"), Status("#!html\n<b>{</b>"), Status("if (true) {\n#!csharp\n1"),
                Status("#!html\n}\n#!csharp\nif (true) {"), Status("#!frobnicate")));
    }

    [Fact]
    public void History_gives_the_last_cells()
    {
        _kernel.Execute("var first_of_two = 1;");
        _kernel.Execute("var second_of_two = 2;");
        var tail = _kernel.Ask("history_request",
            new() { ["hist_access_type"] = "tail", ["n"] = 2, ["output"] = false, ["raw"] = true })["history"]!
            .AsArray();
        Assert.Equal(["var first_of_two = 1;", "var second_of_two = 2;"], tail.Select(h => h![2]!.GetValue<string>()));
        var found = _kernel.Ask("history_request",
            new() { ["hist_access_type"] = "search", ["pattern"] = "*first_of*" })["history"]!.AsArray();
        Assert.Single(found);
        var line = tail[0]![1]!.GetValue<int>();
        var range = _kernel.Ask("history_request", new()
        {
            ["hist_access_type"] = "range", ["session"] = 0, ["start"] = line, ["stop"] = line + 1, ["output"] = true
        })["history"]!.AsArray();
        Assert.Equal("var first_of_two = 1;", Assert.Single(range)![2]![0]!.GetValue<string>());
    }

    [Fact]
    public void A_search_of_the_history_ends_whatever_its_pattern_is()
    {
        _kernel.Execute("// " + new string('a', 3000));
        var id = _kernel.Send("history_request",
            new() { ["hist_access_type"] = "search", ["pattern"] = "*a*a*a*a*a*a*a*b" });
        Assert.Empty(_kernel.Reply(id, seconds: 60)["history"]!.AsArray());
    }

    [Fact]
    public void There_are_no_comms_and_a_new_one_is_closed()
    {
        Assert.Empty(_kernel.Ask("comm_info_request")["comms"]!.AsObject());
        var id = _kernel.Send("comm_open",
            new() { ["comm_id"] = "c1", ["target_name"] = "unknown", ["data"] = new JsonObject() });
        Assert.Contains(_kernel.IopubUntilIdle(id),
            p => p.Type == "comm_close" && p.Content["comm_id"]!.GetValue<string>() == "c1");
    }

    [Fact]
    public void Control_heartbeat_completion_and_inspection_answer_while_a_cell_runs()
    {
        _kernel.Ask("complete_request", new() { ["code"] = "Console.W", ["cursor_pos"] = 9 });
        var cell = _kernel.SendExecute("await Task.Delay(1_000_000); 1");
        Assert.Equal("ping", _kernel.Heartbeat("ping"));
        Assert.Equal("ok", _kernel.Ask("kernel_info_request", control: true)["status"]!.GetValue<string>());
        Assert.Contains("WriteLine",
            _kernel.Ask("complete_request", new() { ["code"] = "Console.W", ["cursor_pos"] = 9 })["matches"]!.AsArray()
                .Select(m => m!.GetValue<string>()));
        Assert.Contains("Max", _kernel.Ask("inspect_request",
            new() { ["code"] = "Math.Max(1, 2)", ["cursor_pos"] = 7 })["data"]!["text/plain"]!.GetValue<string>());
        _kernel.Ask("interrupt_request", control: true);
        Assert.Equal("KeyboardInterrupt", _kernel.Finish(cell).Reply["ename"]!.GetValue<string>());
    }

    [Fact]
    public void A_line_is_read_from_the_user()
    {
        Assert.Equal("you typed blue",
            _kernel.Execute("\"you typed \" + Console.ReadLine()", stdin: true, answer: () => "blue").Plain);
        Assert.Contains("allow_stdin", _kernel.Execute("Console.ReadLine()").Error["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void What_a_cell_wrote_is_shown_before_it_asks()
    {
        var order = new List<string>();
        using var output = new CellOutput((type, _) => order.Add(type), (_, _) =>
        {
            order.Add("asked");
            return "Ada";
        });
        output.Write("stdout", "Name: ");
        Assert.Equal("Ada", output.Ask("", password: false));
        Assert.Equal(["stream", "asked"], order);
    }

    [Fact]
    public void A_cell_that_turned_the_console_elsewhere_did_so_for_itself()
    {
        Assert.Equal("", _kernel.Execute(
            "Console.SetOut(new System.IO.StringWriter()); Console.WriteLine(\"kept\");").Stream("stdout"));
        Assert.Equal("seen\n", _kernel.Execute("Console.WriteLine(\"seen\");").Stream("stdout"));
    }

    [Fact]
    public void An_exception_whose_own_message_throws_is_answered()
    {
        var run = _kernel.Execute(
            "class Silent : Exception { public override string Message => throw new NotSupportedException(); }\n" +
            "throw new Silent();");
        Assert.Equal("error", run.Status);
        Assert.Contains("its own message failed with System.NotSupportedException",
            run.Error["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void A_value_returned_in_a_branch_is_shown_and_that_of_a_lambda_is_not()
    {
        Assert.Equal("many", _kernel.Execute(
            "var n = 3; switch (n) { case > 1: return \"many\"; default: return \"one\"; }").Plain);
        Assert.Null(_kernel.Execute("Func<int> f = () => { return 3; }; f();").Result);
    }

    [Fact]
    public void A_method_without_its_arguments_is_a_value_and_a_call_of_one_without_a_result_is_none()
    {
        Assert.Contains("Func", _kernel.Execute("int Twice(int x) => 2 * x;\nTwice").Plain);
        Assert.Null(_kernel.Execute("Console.Write(1)").Result);
    }

    [Theory]
    [InlineData("_ = Task.Run(async () => { await Task.Delay(400); Console.WriteLine(\"late\"); });")]
    // Not waited for, and begun on the cell's own thread.
    [InlineData("async Task Later() { await Task.Delay(400); Console.WriteLine(\"late\"); }\n_ = Later();")]
    public void Late_output_belongs_to_the_cell_that_started_it(string code)
    {
        var early = _kernel.SendExecute(code);
        _kernel.Finish(early);
        _kernel.Others.Clear();
        for (var i = 0; i < 60 && _kernel.Others.Count == 0; i++) _kernel.Execute("await Task.Delay(1000);");
        Assert.Contains(_kernel.Others,
            p => p.Parent == early && p.Type == "stream" && p.Content["text"]!.GetValue<string>() == "late\n");
    }

    [Fact]
    public void Chatty_cells_lose_nothing()
    {
        var ids = Enumerable.Range(0, 200)
            .Select(i => _kernel.SendExecute($"for (var i = 0; i < 50; i++) Console.WriteLine(\"{i}:\" + i);"))
            .ToList();
        for (var i = 0; i < ids.Count; i++)
        {
            var run = new CellRun([], _kernel.IopubUntilIdle(ids[i], 120));
            Assert.Equal(string.Concat(Enumerable.Range(0, 50).Select(k => $"{i}:{k}\n")), run.Stream("stdout"));
        }
    }

    [Fact]
    public void Malformed_messages_are_dropped_and_the_kernel_goes_on()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var frames = _kernel.Frames("execute_request", new() { ["code"] = "throw new Exception();" },
                "secret").Frames.Select(f => f.ToByteArray()).ToList();
            switch (i % 5)
            {
                case 0: frames[1] = Encoding.ASCII.GetBytes(new string('0', 64)); break;
                case 1: frames.RemoveRange(random.Next(1, 5), 1); break;
                case 2:
                    frames[random.Next(frames.Count)] = [.. Enumerable.Range(0, random.Next(200))
                        .Select(_ => (byte)random.Next(256))];
                    break;
                case 3: frames[5][random.Next(frames[5].Length)] ^= 0x55; break;
                default: frames = [Encoding.ASCII.GetBytes("<IDS|MSG>")]; break;
            }
            _kernel.SendRaw(new(frames.Select(f => new NetMQFrame(f))));
        }
        Assert.Equal("5", _kernel.Execute("2 + 3").Plain);
        lock (_kernel.Log) Assert.Contains("dropped a message on Shell: wrong signature", _kernel.Log.ToString());
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_the_code_is_read_as_the_sign_for_what_is_no_character()
    {
        JsonObject Reply(string type, string code)
        {
            var (id, frames) = KernelClient.Written(type, $$"""{"code":"{{code}}","cursor_pos":0}""", "secret");
            _kernel.SendRaw(frames);
            return _kernel.Reply(id, seconds: 60);
        }
        foreach (var type in new[] { "complete_request", "inspect_request" })
            Assert.Equal("ok", Reply(type, @"\ud83d")["status"]!.GetValue<string>());
        Assert.Equal("invalid", Reply("is_complete_request", @"\ude00")["status"]!.GetValue<string>());
        // A whole pair, one half that C# escapes, and one that JSON does: 2 + 1 + 1.
        _kernel.Others.Clear();
        Reply("execute_request", @"Console.Write(\u0022\ud83d\ude00\\ud83d\ud83d\u0022.Length);");
        Assert.True(_kernel.WaitForStream(text => text == "4"));
    }

    [Fact]
    public void The_halves_of_a_surrogate_pair_are_shown_together() => Assert.Equal("\ud83d\ude00!",
        _kernel.Execute("foreach (var half in \"\ud83d\ude00!\") { Console.Write(half); await Task.Delay(200); }")
            .Stream("stdout"));

    [Fact]
    public void A_message_whose_signal_was_lost_comes_with_the_next()
    {
        var ports = KernelClient.FreePorts(5);
        var file = new ConnectionFile
        {
            ShellPort = ports[0], IopubPort = ports[1], StdinPort = ports[2], ControlPort = ports[3], HbPort = ports[4]
        };
        // Not disposed: that would end NetMQ for all tests.
        var channels = new Channels(file, (_, _) => { }, () => { }, _ => { });
        using var client = new SubscriberSocket();
        client.SubscribeToAnyTopic();
        client.Connect(file.Address(file.IopubPort));
        var serving = new Thread(channels.Run);
        serving.Start();
        void Send(string type) => channels.Send(Channel.Iopub, [[]], type, null, []);
        string Received(double seconds)
        {
            NetMQMessage? frames = null;
            return client.TryReceiveMultipartMessage(TimeSpan.FromSeconds(seconds), ref frames)
                ? JsonNode.Parse(frames![3].ToByteArray())!["msg_type"]!.GetValue<string>() : "";
        }
        do Send("hello"); while (Received(0.1) == "");
        while (Received(3) != "") { }
        // NetMQ's queue signals under a lock of its own; an interrupted cell's thread may be waiting for it.
        var queue = typeof(Channels).GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
            .Single(f => f.FieldType.Name.StartsWith("NetMQQueue")).GetValue(channels)!;
        var writer = queue.GetType().GetField("m_writer", BindingFlags.NonPublic | BindingFlags.Instance)!
            .GetValue(queue)!;
        var cell = new Thread(() => Assert.Throws<ThreadInterruptedException>(() => Send("interrupted")));
        lock (writer)
        {
            cell.Start();
            SpinWait.SpinUntil(() => (cell.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0);
            cell.Interrupt();
            cell.Join();
        }
        Send("last");
        Assert.Equal(("interrupted", "last"), (Received(30), Received(30)));
        channels.Stop();
        serving.Join();
    }

    [Fact]
    public void Signed_messages_with_unexpected_content_do_not_stop_the_kernel()
    {
        foreach (var type in new[]
        {
            "execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request",
            "no_such_request", "interrupt_request"
        })
            _kernel.Send(type,
                new() { ["code"] = 5, ["cursor_pos"] = "x", ["n"] = "y", ["hist_access_type"] = new JsonArray() });
        Assert.Equal("5", _kernel.Execute("2 + 3").Plain);
    }
}
