using System.Diagnostics;
using System.Globalization;
using MerKernel.Models;

namespace MerKernel.Benchmarks.Training;

/// <summary>
/// Debian's PyTorch on the same network (tests/parity/network.py), in a process that takes turns with ours.
/// </summary>
sealed class PyTorchStep : ISteps
{
    readonly Process _process;

    public PyTorchStep(string root, MerNetOptions model, int clips, int threads, params string[] more)
    {
        _process = Process.Start(new ProcessStartInfo("/usr/bin/python3",
        [
            Path.Combine(root, "benchmarks", "Training", "pytorch_step.py"), "--size", $"{model.InputSize}", "--width",
            $"{model.WidthDivisor}", "--window", $"{model.WindowSize}",
            "--clips", $"{clips}", "--threads", $"{threads}", .. more,
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Line();
    }

    /// <summary>Version of the PyTorch that takes part.</summary>
    public static string InstalledVersion
    {
        get
        {
            using var python = Process.Start(
                new ProcessStartInfo("/usr/bin/python3", ["-c", "import torch; print(torch.__version__)"])
                {
                    RedirectStandardOutput = true
                })!;
            return python.StandardOutput.ReadToEnd().Trim();
        }
    }

    /// <inheritdoc/>
    public double Seconds(int steps)
    {
        _process.StandardInput.WriteLine(steps);
        return double.Parse(Line(), CultureInfo.InvariantCulture);
    }

    string Line() => _process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException("PyTorch's side ended; its own words stand above.");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
