using System.Diagnostics;
using MerKernel.Models;

namespace MerKernel.Tests.Models;

public class NnpackTests
{
    /// <summary>
    /// In a program of its own, whose first call of libtorch this is: its functions are looked up by name.
    /// </summary>
    [Fact]
    public void A_program_that_builds_a_network_before_anything_else_leaves_NNPACK_alone()
    {
        using var alone = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MerKernel.Tests"),
            ["-method", $"{typeof(NnpackTests).FullName}.{nameof(It_can_be_turned_off)}", "-noLogo", "-noColor"])
        {
            RedirectStandardOutput = true
        })!;
        var said = alone.StandardOutput.ReadToEnd();
        alone.WaitForExit();
        Assert.True(alone.ExitCode == 0 && said.Contains("Total: 1", StringComparison.Ordinal), said);
    }

    [Fact]
    public void It_can_be_turned_off() => Assert.True(Nnpack.TurnOff());
}
