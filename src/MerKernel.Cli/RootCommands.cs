using System.CommandLine;
using MerKernel.Cli.Commands;

namespace MerKernel.Cli;

/// <summary>Every command of <c>mer</c>.</summary>
static class RootCommands
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Micro-expression recognition: the paper's network, its data, and its seven tables, reproduced. Before the command, --torch cuda computes with CUDA's libtorch; MER_LIBTORCH=FOLDER with that of an installed PyTorch.")
        {
            ReproduceCommand.Create(),
            TablesCommand.Create(),
            LosoCommand.Create(),
            TrainCommand.Create(),
            PlanCommand.Create(),
            SubmitCommands.Create(),
            FoldsCommand.Create(),
            ScoreCommand.Create(),
            FitCommand.Create(),
            PredictCommand.Create(),
            AuditCommand.Create(),
            CardsCommand.Create(),
            RunsCommands.Create(),
            DataCommands.Create(),
            ModelCommands.Create(),
            NotebooksCommand.Create(),
            ReportCommand.Create(),
            TestPagesCommand.Create(),
            KernelCommand.Create(),
            ElsewhereCommand("jupyter", "Opens the notebooks in Jupyter, which it installs where none is found.  Example: ./mer jupyter --port 8889"),
            ElsewhereCommand("test-jupyter", "Runs notebooks with Jupyter's own client and in a browser, and the kernel for long.  Example: ./mer test-jupyter"),
            ElsewhereCommand("publish", "Makes a self-contained folder for a cluster, with checksums.  Example: ./mer publish --cluster /shared/mer"),
            ElsewhereCommand("test-slurm", "Runs tables on a Slurm of its own on this machine.  Example: ./mer test-slurm"),
            ElsewhereCommand("test", "Runs the tests.  Example: ./mer test --filter Swin"),
            ElsewhereCommand("test-crash", "Kills the main job a hundred times and more, fills its disk, cuts its files.  Example: MER_KILLS=200 ./mer test-crash"),
            ElsewhereCommand("fuzz", "Feeds broken sheets, images, weights, stores, notebooks and options to their readers.  Example: ./mer fuzz --cases 100000"),
            DoctorCommand.Create(),
            ElsewhereCommand("bench", "Measures training beside PyTorch, folds side by side, memory, growth, data.  Example: ./mer bench step --json bench.json"),
            ElsewhereCommand("parity", "Compares every variant with PyTorch.  Example: ./mer parity --variants full vit"),
        };
        RefuseEmptyValues(root);
        return root;
    }

    /// <summary>An empty value is what an unset variable of a script leaves behind; no option means anything by one.</summary>
    static void RefuseEmptyValues(Command command)
    {
        foreach (var option in command.Options)
            option.Validators.Add(result =>
            {
                if (result.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value) || t.Value.Contains('\0'))) result.AddError($"{option.Name} has an empty value; give one, or leave the option out.");
            });
        foreach (var below in command.Subcommands) RefuseEmptyValues(below);
    }

    /// <summary>A command that the launcher carries out itself; it stands here so that --help lists it.</summary>
    static Command ElsewhereCommand(string name, string description)
    {
        var command = new Command(name, description);
        command.SetAction(int (ParseResult _) => throw new UserErrorException($"'{name}' is carried out by the launcher: call ./mer {name} in the checkout."));
        return command;
    }
}
