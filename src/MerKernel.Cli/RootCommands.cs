using System.CommandLine.Parsing;
using MerKernel.Cli.Commands;

namespace MerKernel.Cli;

/// <summary>Every command of <c>mer</c>.</summary>
static class RootCommands
{
    public static RootCommand Create()
    {
        var root = new RootCommand(Help.List)
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
            ElsewhereCommand("jupyter",
                "Open the notebooks in Jupyter; installs it where none is found.  Example: ./mer jupyter --port 8889"),
            ElsewhereCommand("test-jupyter",
                "Run notebooks with Jupyter's own client and in a browser, and the kernel for a long time.  Example: " +
                "./mer test-jupyter"),
            ElsewhereCommand("publish",
                "Write a self-contained folder for a cluster, with checksums.  Example: ./mer publish --cluster " +
                "/shared/mer"),
            ElsewhereCommand("test-slurm",
                "Run tables on a Slurm that the test starts on this machine.  Example: ./mer test-slurm"),
            ElsewhereCommand("test", "Run the tests.  Example: ./mer test --filter Swin"),
            ElsewhereCommand("test-crash",
                "Kill the main job at every write, fill its disk, cut its files.  Example: MER_KILLS=200 ./mer " +
                "test-crash"),
            ElsewhereCommand("fuzz",
                "Feed broken sheets, images, weights, stores, notebooks and options to their readers.  Example: " +
                "./mer fuzz --cases 100000"),
            DoctorCommand.Create(),
            ElsewhereCommand("bench",
                "Measure training next to PyTorch, folds side by side, memory, growth, data.  Example: ./mer bench " +
                "step --json bench.json"),
            ElsewhereCommand("parity",
                "Compare every variant with PyTorch.  Example: ./mer parity --variants full vit"),
        };
        CheckValues(root);
        Help.Use(root);
        return root;
    }

    /// <summary>
    /// An unset variable of a script leaves an empty value behind; no option means anything by one. Text that is no
    /// number or name where one is needed is refused here, because the parser's own message would name a .NET type.
    /// </summary>
    static void CheckValues(Command command)
    {
        foreach (var option in command.Options)
            option.Validators.Add(result => Check(result, option.ValueType, option.Name,
                "has an empty value; give one, or leave the option out."));
        foreach (var argument in command.Arguments)
            argument.Validators.Add(result => Check(result, argument.ValueType, $"The {argument.Name}",
                "is empty; name one, or leave it out."));
        foreach (var below in command.Subcommands) CheckValues(below);

        static void Check(SymbolResult result, Type type, string what, string empty)
        {
            if (result.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value) || t.Value.Contains('\0')))
                result.AddError($"{what} {empty}");
            else if (result.Tokens.Select(t => Fault(type, t.Value)).FirstOrDefault(f => f is not null) is { } fault)
                result.AddError($"{what} {fault}");
        }
    }

    /// <summary>Why a text is no value of a type; null where it is one, or is read by an option's own parser.</summary>
    static string? Fault(Type type, string text)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(bool))
            return bool.TryParse(text, out _) ? null : $"is given or left out, and takes no '{text}'.";
        if (type.IsEnum)
            return Enum.TryParse(type, text, ignoreCase: true, out _) && char.IsAsciiLetter(text[0])
                ? null
                : $"is one of {string.Join(", ", Enum.GetNames(type)).ToLowerInvariant()}, and not '{text}'.";
        if (type == typeof(int) ? int.TryParse(text, out _) : type != typeof(long) || long.TryParse(text, out _))
            return null;
        return "takes a whole number, and not " +
            $"'{text}'{(text.All(char.IsAsciiDigit)
                ? $"; the largest is {(type == typeof(int) ? int.MaxValue : long.MaxValue)}" : "")}.";
    }

    /// <summary>
    /// A command that the launcher carries out itself; it is here so that its help and its name are known.
    /// </summary>
    static Command ElsewhereCommand(string name, string description)
    {
        var command = new Command(name, description);
        command.SetAction(int (ParseResult _) => throw new UserErrorException(
            $"'{name}' is carried out by the launcher: call ./mer {name} in the checkout."));
        return command;
    }
}
