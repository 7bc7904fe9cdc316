using System.Diagnostics;

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
        var reply = kernel.Reply(kernel.Send("shutdown_request", new() { ["restart"] = restart }, control: true), control: true);
        Assert.Equal(restart, reply["restart"]!.GetValue<bool>());
        Assert.True(kernel.Process.WaitForExit(20_000));
        Assert.Equal(0, kernel.Process.ExitCode);
    }

    [Fact]
    public void Shutdown_works_while_a_cell_cannot_be_interrupted()
    {
        using var kernel = new KernelClient();
        kernel.SendExecute("System.Threading.Thread.Sleep(100_000);");
        Thread.Sleep(500);
        kernel.Send("shutdown_request", new() { ["restart"] = false }, control: true);
        Assert.True(kernel.Process.WaitForExit(20_000));
    }

    [Fact]
    public void An_empty_key_means_unsigned_messages()
    {
        using var kernel = new KernelClient(key: "");
        Assert.Equal("2", kernel.Execute("1 + 1").Plain);
    }

    [Fact]
    public void A_kernel_whose_client_was_killed_ends_within_ten_seconds()
    {
        using var parent = Process.Start("sleep", "1000");
        using var kernel = new KernelClient(environment: [("JPY_PARENT_PID", parent.Id.ToString())]);
        Assert.Equal("2", kernel.Execute("1 + 1").Plain);
        parent.Kill();
        Assert.True(kernel.Process.WaitForExit(10_000));
    }
}
