using System.ComponentModel;
using CliWrap;

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
            return CliWrap.Cli.Wrap(Program).WithArguments(["-c", "import nbclient, nbconvert"]).WithValidation(CommandResultValidation.None).ExecuteAsync().GetAwaiter().GetResult().IsSuccess;
        }
        catch (Win32Exception) { return false; }
    }
}
