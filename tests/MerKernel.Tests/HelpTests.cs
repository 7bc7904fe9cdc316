using System.CommandLine;
using System.Text.RegularExpressions;
using MerKernel.Cli;
using MerKernel.Cli.Commands;

namespace MerKernel.Tests;

/// <summary>The list of commands, which the launcher prints before anything is built, against the commands; and the help of each.</summary>
public sealed partial class HelpTests
{
    static readonly RootCommand s_root = RootCommands.Create();

    [Fact]
    public void The_list_has_every_command_once_and_no_other() =>
        Assert.Equal(s_root.Subcommands.Select(c => c.Name).Order(StringComparer.Ordinal), Listed().Matches(Help.List).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void The_lists_examples_name_commands() =>
        Assert.All(Example().Matches(Help.List).Select(m => m.Groups[1].Value), name => Assert.Contains(s_root.Subcommands, c => c.Name == name));

    [Fact]
    public void Every_command_is_described_in_the_imperative()
    {
        var commands = Below(s_root).ToList();
        Assert.True(commands.Count > 40);
        Assert.All(commands, c =>
        {
            Assert.Matches("^[A-Z]", c.Description!);
            // 'Runs the tests' tells, 'Run the tests' commands; a verb that ends in ss is none of the first kind.
            Assert.DoesNotMatch(@"^\w+(?<!s)s\b", c.Description!);
        });
    }

    [Fact]
    public void Every_command_that_does_something_has_an_example()
    {
        Assert.All(Below(s_root).Where(c => c.Subcommands.Count == 0), command =>
        {
            var output = Say([.. Path(command), "--help"]);
            Assert.Contains("Examples:\n  ", output);
            Assert.Contains($"mer {string.Join(' ', Path(command))}", output[output.IndexOf("Examples:", StringComparison.Ordinal)..]);
            Assert.DoesNotContain("Example: ", output);
        });
    }

    [Theory]
    [InlineData("repro", "did you mean reproduce?")]
    [InlineData("reprodcue", "did you mean reproduce?")]
    [InlineData("tabels", "did you mean tables?")]
    [InlineData("xyz", "There is no command 'xyz'; mer --help lists all.")]
    public void A_misspelt_command_is_met_with_the_nearest(string typed, string said) =>
        Assert.Contains(said, Assert.Throws<UserErrorException>(() => Help.DemandCommand(s_root, [typed])).Message);

    /// <summary>Help and refusal of an export name the same protocols, and its example makes a file that mer score reads.</summary>
    [Fact]
    public void An_export_says_what_it_can_print()
    {
        const string protocols = "final, best-test, held-out, or every";
        var help = string.Join(' ', Say(["runs", "export", "--help"]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(protocols, help);
        Assert.Contains("mer runs export 3f2a --csv --protocol every > predictions.csv", help);
        Assert.Contains(protocols, Assert.Throws<UserErrorException>(() => RunsCommands.Protocol("last")).Message);
        Assert.Contains("no other protocol", Assert.Throws<UserErrorException>(() => RunsCommands.Protocol("every")).Message);
    }

    [Fact]
    public void Commands_and_options_pass()
    {
        Help.DemandCommand(s_root, []);
        Help.DemandCommand(s_root, ["--version"]);
        Help.DemandCommand(s_root, ["tables", "--json"]);
    }

    static string Say(string[] args)
    {
        var output = new StringWriter();
        Assert.Equal(0, s_root.Parse(args).Invoke(new() { Output = output, Error = output }));
        return output.ToString().ReplaceLineEndings("\n");
    }

    static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(c => Below(c).Prepend(c));

    static IEnumerable<string> Path(Command command) => command is RootCommand ? [] : Path((Command)command.Parents.First()).Append(command.Name);

    [GeneratedRegex("(?m)^  ([a-z-]+)  ")]
    private static partial Regex Listed();

    [GeneratedRegex("(?m)^  \\./mer ([a-z-]+)")]
    private static partial Regex Example();
}
