using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MerKernel.Cli;

/// <summary>
/// The text of --help: the list of commands in help.txt, which the launcher prints before anything is built, and below
/// a command's options its examples. A command's description carries them behind <see cref="Mark"/>.
/// </summary>
sealed class Help : SynchronousCommandLineAction
{
    /// <summary>The mark between a command's description and its examples, and between these.</summary>
    const string Mark = "  Example: ";

    readonly HelpAction _options;
    readonly Dictionary<Command, string[]> _examples = [];

    Help(HelpAction options, Command root)
    {
        _options = options;
        Take(root);
    }

    /// <summary>The list of commands.</summary>
    public static string List { get; } = Read();

    public override bool ClearsParseErrors => true;

    /// <summary>Has a command and those below it answer --help.</summary>
    public static void Use(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new Help((HelpAction)option.Action!, root);
    }

    /// <summary>Says which command was probably meant, where the first word names none.</summary>
    /// <exception cref="UserErrorException">There is no such command.</exception>
    public static void DemandCommand(RootCommand root, string[] args)
    {
        if (args is not [var name, ..] || name.Length == 0 || !char.IsAsciiLetter(name[0])
            || root.Subcommands.Any(c => c.Name == name))
            return;
        var nearest = root.Subcommands
            .Select(c => (c.Name, Common: c.Name.Zip(name).TakeWhile(p => p.First == p.Second).Count()))
            .Where(c => c.Common > 1).OrderByDescending(c => c.Common).FirstOrDefault();
        throw new UserErrorException($"There is no command '{name}'; " +
            $"{(nearest.Name is { } meant ? $"did you mean {meant}? " : "")}mer --help lists all.");
    }

    public override int Invoke(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.CommandResult.Command is RootCommand)
        {
            output.Write(List);
            return 0;
        }
        _options.Invoke(parsed);
        if (_examples.TryGetValue(parsed.CommandResult.Command, out var examples))
            output.WriteLine($"Examples:\n  {string.Join("\n  ", examples)}\n");
        return 0;
    }

    void Take(Command command)
    {
        if (command.Description?.Split(Mark) is [var description, .. { Length: > 0 } examples])
            (command.Description, _examples[command]) = (description, examples);
        foreach (var below in command.Subcommands) Take(below);
    }

    static string Read()
    {
        using var reader = new StreamReader(typeof(Help).Assembly.GetManifestResourceStream("help.txt")!);
        return reader.ReadToEnd();
    }
}
