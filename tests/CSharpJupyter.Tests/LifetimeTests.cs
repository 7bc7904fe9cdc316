using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace CSharpJupyter.Tests;

/// <summary>How a kernel ends.</summary>
public sealed class LifetimeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Shutdown_is_answered_and_the_process_ends(bool restart)
    {
        using var kernel = new KernelClient();
        var reply = kernel.Reply(kernel.Send("shutdown_request", new() { ["restart"] = restart }, control: true),
            control: true);
        Assert.Equal(restart, reply["restart"]!.GetValue<bool>());
        Assert.True(kernel.Process.WaitForExit(60_000));
        Assert.Equal(0, kernel.Process.ExitCode);
    }

    [Fact]
    public void An_interrupt_stops_a_cell_that_still_waits_for_the_kernel_to_warm_up()
    {
        // Busy loops keep the kernel at its warm-up while the messages arrive.
        var busy = Enumerable.Range(0, 2 * Environment.ProcessorCount)
            .Select(_ => Process.Start("/bin/sh", ["-c", "while :; do :; done"])).ToList();
        try
        {
            using var kernel = new KernelClient();
            var cell = kernel.SendExecute("await Task.Delay(1_000_000);");
            // Shell is read in order, so the cell is there once this is answered.
            kernel.Ask("kernel_info_request");
            kernel.Ask("interrupt_request", control: true);
            Assert.Equal("KeyboardInterrupt", kernel.Reply(cell, seconds: 120)["ename"]!.GetValue<string>());
            Assert.Equal("2", kernel.Execute("1 + 1").Plain);
        }
        finally { busy.ForEach(p => p.Kill()); }
    }

    [Fact]
    public void Shutdown_works_while_a_cell_cannot_be_interrupted()
    {
        using var kernel = new KernelClient();
        kernel.SendExecute("System.Threading.Thread.Sleep(100_000);");
        Thread.Sleep(500);
        kernel.Send("shutdown_request", new() { ["restart"] = false }, control: true);
        Assert.True(kernel.Process.WaitForExit(60_000));
    }

    [Fact]
    public void An_empty_key_means_unsigned_messages()
    {
        using var kernel = new KernelClient(key: "");
        Assert.Equal("2", kernel.Execute("1 + 1").Plain);
    }

    [Fact]
    public void A_kernel_whose_client_was_killed_ends()
    {
        using var parent = Process.Start("sleep", "1000");
        using var kernel = new KernelClient(environment: [("JPY_PARENT_PID", parent.Id.ToString())]);
        Assert.Equal("2", kernel.Execute("1 + 1").Plain);
        parent.Kill();
        Assert.True(kernel.Process.WaitForExit(60_000));
    }

    [Fact]
    public void A_session_that_dies_is_replaced_and_its_cells_are_answered()
    {
        using var kernel = new KernelClient(watched: true);
        var session = int.Parse(kernel.Execute("var kept = 5; Environment.ProcessId").Plain);
        var dying = kernel.SendExecute(
            "Console.WriteLine(\"deep\");\nawait Task.Delay(1000); Environment.FailFast(\"gone\");");
        var waiting = kernel.SendExecute("1 + 1");
        kernel.WaitForDeath(session);
        var run = kernel.Finish(dying);
        Assert.Equal(("error", "SessionLost"), (run.Status, run.Error["ename"]!.GetValue<string>()));
        Assert.Contains("its variables are gone", run.Error["evalue"]!.GetValue<string>());
        Assert.Equal("aborted", kernel.Finish(waiting).Status);
        var next = kernel.Execute("20 + 1");
        // It continues counting where the old one was: that had begun its first two.
        Assert.Equal(("21", 2), (next.Plain, next.Reply["execution_count"]!.GetValue<int>()));
        Assert.Contains("CS0103", kernel.Execute("kept").Error["evalue"]!.GetValue<string>());
        // A second death is no other.
        session = int.Parse(kernel.Execute("Environment.ProcessId").Plain);
        dying = kernel.SendExecute("Environment.Exit(3);");
        kernel.WaitForDeath(session);
        Assert.Equal("SessionLost", kernel.Finish(dying).Error["ename"]!.GetValue<string>());
        Assert.Equal("42", kernel.Execute("40 + 2").Plain);
        kernel.Send("shutdown_request", new() { ["restart"] = false }, control: true);
        Assert.True(kernel.Process.WaitForExit(60_000));
        Assert.Equal(0, kernel.Process.ExitCode);
    }

    [Fact]
    public void A_session_that_dies_between_cells_says_so_in_the_last_one()
    {
        using var kernel = new KernelClient(watched: true);
        var session = int.Parse(kernel.Execute("Environment.ProcessId").Plain);
        var last = kernel.SendExecute("new System.Threading.Thread(() => { System.Threading.Thread.Sleep(500); " +
            "Environment.FailFast(\"gone\"); }).Start();");
        Assert.Equal("ok", kernel.Finish(last).Status);
        kernel.WaitForDeath(session);
        Assert.True(kernel.WaitForStream(s => s.Contains("A new one has started")));
        Assert.Equal("42", kernel.Execute("40 + 2").Plain);
    }

    [Fact]
    public void A_watched_kernel_that_is_shut_down_while_a_cell_runs_is_not_started_again()
    {
        using var kernel = new KernelClient(watched: true);
        kernel.SendExecute("while (true) { }");
        Thread.Sleep(500);
        kernel.Send("shutdown_request", new() { ["restart"] = false }, control: true);
        Assert.True(kernel.Process.WaitForExit(60_000));
        Assert.Equal(0, kernel.Process.ExitCode);
    }

    [Fact]
    public void A_watched_kernel_that_is_told_to_end_ends()
    {
        using var kernel = new KernelClient(watched: true);
        kernel.Execute("1");
        Process.Start("kill", ["-TERM", $"{kernel.Process.Id}"]).WaitForExit();
        Assert.True(kernel.Process.WaitForExit(60_000));
    }

    [Fact]
    public void A_watched_kernel_whose_port_is_taken_ends_so_that_the_client_can_name_others()
    {
        using var first = new KernelClient();
        using var second = Process.Start(new ProcessStartInfo("/bin/sh",
            [Path.Combine(AppContext.BaseDirectory, "watch.sh"), "dotnet",
                Path.Combine(AppContext.BaseDirectory, "CSharpJupyter.dll"), first.ConnectionFile])
        { RedirectStandardError = true })!;
        Assert.True(second.WaitForExit(60_000));
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("csharp-jupyter: ", second.StandardError.ReadToEnd());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_that_dies_and_finds_its_port_taken_waits_a_while_for_it(bool isGivenBack)
    {
        using var kernel = new KernelClient(watched: true);
        var session = int.Parse(kernel.Execute("Environment.ProcessId").Plain);
        var dying = kernel.SendExecute("Console.WriteLine(\"runs\");\nwhile (true) ;");
        Assert.True(kernel.WaitForStream());
        var port = JsonNode.Parse(File.ReadAllText(kernel.ConnectionFile))!["hb_port"]!.GetValue<int>();
        using var taker = new TcpListener(IPAddress.Loopback, port);
        Process.Start("kill", ["-KILL", $"{session}"]).WaitForExit();
        Assert.True(SpinWait.SpinUntil(() =>
        {
            try { taker.Start(); return true; }
            catch (SocketException) { return false; }
        }, 10_000));
        Assert.True(SpinWait.SpinUntil(() => { lock (kernel.Log) return $"{kernel.Log}".Contains("csharp-jupyter: "); },
            60_000));
        if (!isGivenBack)
        {
            Assert.True(kernel.Process.WaitForExit(120_000));
            Assert.Equal(1, kernel.Process.ExitCode);
            return;
        }
        taker.Stop();
        var lost = kernel.Reply(dying);
        Assert.Equal("SessionLost", lost["ename"]!.GetValue<string>());
        Assert.Contains("killed", lost["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void A_kernel_whose_watcher_is_killed_ends_too()
    {
        using var kernel = new KernelClient(watched: true);
        var session = int.Parse(kernel.Execute("Environment.ProcessId").Plain);
        kernel.Process.Kill();
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{session}")
            || File.ReadAllText($"/proc/{session}/stat").Contains(") Z "), 60_000));
    }

    [Fact]
    public void What_nothing_catches_beside_a_cell_is_shown_and_ends_no_session()
    {
        using var kernel = new KernelClient();
        kernel.Execute("var kept = 5;");
        var run = kernel.Execute(
            "new System.Threading.Thread(() => throw new Exception(\"beside\")).Start(); await Task.Delay(5000);");
        Assert.Contains("System.Exception: beside", run.Stream("stderr"));
        Assert.Equal("5", kernel.Execute("kept").Plain);
    }
}
