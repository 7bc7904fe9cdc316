using System.CommandLine;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Cli.Commands;

/// <summary>Makes the C# kernel known to Jupyter, JupyterLab and VS Code, or unknown again.</summary>
static class KernelCommand
{
    public static Command Create()
    {
        var install = new Command("install", "Installs the kernelspec for this user; call it again after the checkout has moved.  Example: mer kernel install");
        install.SetAction(_ =>
        {
            var root = RepositoryRoot.Find();
            var exit = KernelProgram.Install(root, KernelProgram.Name, KernelProgram.DisplayName, null);
            // Where .NET Interactive itself is installed, its kernel keeps its name.
            KernelProgram.Install(root, KernelProgram.Alias, ".NET (C#), by " + KernelProgram.DisplayName, null);
            return exit;
        });
        var uninstall = new Command("uninstall", "Removes the kernelspecs that install wrote.  Example: mer kernel uninstall");
        uninstall.SetAction(_ => KernelProgram.Uninstall(RepositoryRoot.Find(), KernelProgram.Name) | KernelProgram.Uninstall(RepositoryRoot.Find(), KernelProgram.Alias));
        var list = new Command("list", "Lists the kernelspecs of this kernel and the program each starts.  Example: mer kernel list");
        list.SetAction(_ => KernelProgram.List(RepositoryRoot.Find()));
        return new("kernel", "The C# kernel for Jupyter.  Example: mer kernel install") { install, uninstall, list };
    }
}
