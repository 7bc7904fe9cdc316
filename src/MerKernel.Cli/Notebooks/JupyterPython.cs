namespace MerKernel.Cli.Notebooks;

/// <summary>The Python that has Jupyter's client and converter.</summary>
static class JupyterPython
{
    /// <summary>Debian's Python has Debian's nbclient and nbconvert; another python3 may come first on the path.</summary>
    public static string Program => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Whether the modules are there.</summary>
    public static bool HasJupyter()
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Program, ["-c", "import nbclient, nbconvert"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception) { return false; }
    }
}
