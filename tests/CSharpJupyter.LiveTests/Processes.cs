namespace CSharpJupyter.LiveTests;

/// <summary>Processes of this machine by their command line.</summary>
static class Processes
{
    public static List<int> With(params string[] parts)
    {
        var found = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid)) continue;
            try
            {
                // A zombie's command line is empty.
                var line = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (parts.All(line.Contains)) found.Add(pid);
            }
            catch (IOException) { }
        }
        return found;
    }

    /// <summary>The shell around the Chromium of a kernel, and Chromium's main process.</summary>
    public static List<int> ChromiumOf(int kernel)
    {
        var all = With("--remote-debugging-pipe", "csharp-jupyter-chromium-");
        var shells = all.Where(p => Parent(p) == kernel).ToList();
        return [.. all.Where(p => shells.Contains(p) || shells.Contains(Parent(p)))];
    }

    public static bool AreGone(Func<List<int>> processes, double seconds)
    {
        for (var until = DateTime.UtcNow.AddSeconds(seconds); DateTime.UtcNow < until; Thread.Sleep(100))
            if (processes().Count == 0) return true;
        return processes().Count == 0;
    }

    static int Parent(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException) { return 0; }
    }
}
