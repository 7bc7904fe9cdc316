using System.Text.Json;

namespace MerKernel.Benchmarks.Gpu;

/// <summary>What was measured, printed and kept line by line, so that a run that is cut off loses nothing.</summary>
/// <param name="folder">Where figures.jsonl lies, or null.</param>
/// <param name="label">What the part is called instead of its own name, or null.</param>
sealed class Figures(string? folder, string? label)
{
    public void Add(string part, string what, double value, string unit)
    {
        part = label ?? part;
        Console.WriteLine($"{part,-9} {what,-66} {value,12:G5} {unit}");
        if (folder is not null)
            File.AppendAllText(Path.Combine(folder, "figures.jsonl"), JsonSerializer.Serialize(
                new { part, what, value = double.IsFinite(value) ? value : (double?)null, unit }) + "\n");
    }
}
