using System.CommandLine;
using System.Text.RegularExpressions;
using MerKernel.Cli;
using MerKernel.Cli.Commands;
using MerKernel.Cli.Notebooks;
using MerKernel.Data;
using MerKernel.Synthetic;

namespace MerKernel.Tests;

/// <summary>
/// The list of commands, which the launcher prints before anything is built, against the commands; and the help of
/// each.
/// </summary>
public sealed partial class HelpTests
{
    static readonly RootCommand s_root = RootCommands.Create();

    [Fact]
    public void The_list_has_every_command_once_and_no_other() =>
        Assert.Equal(s_root.Subcommands.Select(c => c.Name).Order(StringComparer.Ordinal),
            Listed().Matches(Help.List).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void The_lists_examples_name_commands()
    {
        var names = Example().Matches(Help.List).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(s_root.Subcommands, c => c.Name == name));
    }

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
            Assert.Contains($"mer {string.Join(' ', Path(command))}",
                output[output.IndexOf("Examples:", StringComparison.Ordinal)..]);
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

    [Theory]
    [InlineData("runs delete ''", "The run is empty")]
    [InlineData("notebooks run ' '", "The name is empty")]
    [InlineData("tables --profile ''", "--profile has an empty value")]
    public void What_an_unset_variable_leaves_behind_is_no_name(string call, string said) =>
        Assert.Contains(said, Assert.Single(s_root.Parse(
            [.. call.Split(' ', 3).Select(w => w.Trim('\''))]).Errors).Message);

    /// <summary>
    /// Help and refusal of an export name the same protocols, and its example makes a file that mer score reads.
    /// </summary>
    [Fact]
    public void An_export_says_what_it_can_print()
    {
        const string protocols = "final, best-test, held-out, or every";
        var help = string.Join(' ',
            Say(["runs", "export", "--help"]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(protocols, help);
        Assert.Contains("mer runs export 3f2a --csv --protocol every > predictions.csv", help);
        Assert.Contains(protocols, Assert.Throws<UserErrorException>(() => RunsCommands.Protocol("last")).Message);
        Assert.Contains("no other protocol",
            Assert.Throws<UserErrorException>(() => RunsCommands.Protocol("every")).Message);
    }

    [Fact]
    public void Commands_and_options_pass()
    {
        Help.DemandCommand(s_root, []);
        Help.DemandCommand(s_root, ["--version"]);
        Help.DemandCommand(s_root, ["tables", "--json"]);
    }

    [Fact]
    public void No_value_of_an_option_is_answered_with_a_type_of_NET()
    {
        var numbers = 0;
        foreach (var command in Below(s_root).Where(c => c.Subcommands.Count == 0))
        {
            foreach (var option in command.Options)
                foreach (var value in (string[])["abc", "1.5x", "99999999999999999999"])
                {
                    var said = Complaints([.. Path(command), $"{option.Name}={value}"]);
                    Assert.DoesNotMatch(@"System\.|expected type|Nullable|Int32", said);
                    if (!IsNumber(option.ValueType)) continue;
                    numbers++;
                    Assert.Contains($"{option.Name} ", said);
                    Assert.Contains(value, said);
                }
            foreach (var argument in command.Arguments.Where(a => IsNumber(a.ValueType)))
                Assert.Contains($"The {argument.Name} takes a whole number, and not 'abc'.",
                    Complaints([.. Path(command), .. command.Arguments.Select(_ => "abc")]));
        }
        Assert.True(numbers > 60, $"{numbers}");
    }

    static bool IsNumber(Type type) =>
        Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    static string Complaints(string[] args)
    {
        try
        {
            return string.Join('\n', s_root.Parse(args).Errors.Select(e => e.Message));
        }
        catch (UserErrorException e)
        {
            return e.Message;
        }
    }

    [Theory]
    [InlineData("94.35,92.74")]
    [InlineData("94.35% 92.74%")]
    [InlineData("94.35 %, 92.74 %")]
    [InlineData("94.35 92.74")]
    public void Two_accuracies_are_read_as_people_write_them(string text) =>
        Assert.Equal([94.35m, 92.74m], AuditCommand.Accuracies(text));

    [Theory]
    [InlineData("0.9435 0.9274", "may be shares of 1")]
    [InlineData("abc 92.74", "'abc' is none")]
    [InlineData("94,35 92,74", "has 4 numbers instead of two")]
    public void Accuracies_that_may_mean_something_else_are_refused(string text, string said) =>
        Assert.Contains(said, Assert.Throws<UserErrorException>(() => AuditCommand.Accuracies(text)).Message);

    [Fact]
    public void An_accuracy_that_no_count_gives_and_a_count_without_accuracies_are_said()
    {
        Assert.Equal("92.70 % is no number of 248 clips; taken is 230, which is 92.74 %: it takes the two accuracies " +
            "furthest apart.",
            Assert.Single(AuditCommand.Roundings((94.35m, 234), (92.70m, 230), 248)));
        Assert.StartsWith("85 % may be 210 to 212 of 248 clips; taken is 212, which is 85.48 %",
            Assert.Single(AuditCommand.Roundings((85m, 212), (92.74m, 230), 248)));
        Assert.Contains("--accuracies, which are not given", Assert.Throws<UserErrorException>(() =>
            s_root.Parse(["audit", "--clips", "136"]).Invoke(new() { EnableDefaultExceptionHandler = false })).Message);
    }

    [Fact]
    public void A_rule_below_the_tables_lends_its_name_to_no_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("mine.csv"), "clip,predicted\n");
        Assert.Contains("names a rule below every table", Assert.Throws<UserErrorException>(() => s_root.Parse(
            ["score", folder.File("mine.csv"), "--dataset", "samm", "--as", "majority class"])
            .Invoke(new() { EnableDefaultExceptionHandler = false })).Message);
    }

    [Theory]
    [InlineData("folds --dataset samm --held-out 3", "--held-out has no effect here: nothing is trained")]
    [InlineData("score mine.csv --dataset samm --seeds 2", "--seeds has no effect here: nothing is trained")]
    [InlineData("tables --workers 2", "--workers has no effect here: nothing is trained")]
    [InlineData("fit --dataset samm --out w.safetensors --store runs", "--store has no effect here")]
    [InlineData("notebooks run table1 -p data=", "-p data= has an empty value")]
    public void An_option_that_would_change_nothing_is_refused(string line, string said) =>
        Assert.Contains(said, Assert.Throws<UserErrorException>(() =>
            s_root.Parse(line).Invoke(new() { EnableDefaultExceptionHandler = false })).Message);

    [Theory]
    [InlineData("7"), InlineData("-1"), InlineData("+0")]
    public void A_number_is_no_name(string size) =>
        Assert.Contains($"--size is one of tiny, small, medium, full, and not '{size}'.",
            s_root.Parse(["data", "synthesize", "--size", size]).Errors.Select(e => e.Message));

    [Theory]
    [InlineData(59, "00:00:59"), InlineData(75 * 60, "01:15:00"), InlineData((40 * 24 + 3) * 3600, "40 d 03:00:00")]
    public void A_time_of_hours_or_days_keeps_them(int seconds, string shown) =>
        Assert.Equal(shown, MerKernel.Reports.Figures.Clock(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_example_of_mer_data_shows_a_clip_that_the_synthetic_data_have() =>
        Assert.Contains(ShownClip().Match(Say(["data", "--help"])).Groups[1].Value,
            SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Small).Select(c => c.Id));

    [Fact]
    public void Without_data_a_clip_is_shown_of_synthetic_data()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("data"));
        var (options, command) = (new DataOptions(), new Command("show"));
        options.AddViewTo(command);
        var parsed = command.Parse("--dataset casme2");
        options.FallBack(parsed, folder, "tiny", [DatasetId.CasmeII], default);
        Assert.Equal(folder.File("data/synthetic-tiny"), options.Root(parsed));
        Assert.True(FrameLayout.IsThere(new(options.Root(parsed), DatasetId.CasmeII)));
    }

    [Theory]
    [InlineData("--exclude 07/EP06_01", "--exclude"), InlineData("--reading 07/EP06_01=56-89-116", "--reading")]
    [InlineData("--sheet mine.csv", "--sheet"), InlineData("--exclude none --sheet auto", null)]
    public void A_clip_or_sheet_is_named_with_its_data_set_where_several_are_there(string choice, string? refused)
    {
        using var folder = new TemporaryFolder();
        foreach (var set in (string[])["CASME2", "SAMM"]) Directory.CreateDirectory(folder.File($"{set}/frames"));
        var (options, command) = (new DataOptions(), new Command("prepare"));
        options.AddChoicesTo(command);
        var parsed = command.Parse($"--data {folder.Path} {choice}");
        if (refused is null) Assert.Equal(DatasetNames.Paper, options.Datasets(parsed));
        else
            Assert.Equal($"{refused} is of one data set, and {folder.Path} holds CASME II and SAMM; add --dataset " +
                "casme2 or samm.", Assert.Throws<UserErrorException>(() => options.Datasets(parsed)).Message);
        Assert.Equal([DatasetId.Samm],
            options.Datasets(command.Parse($"--data {folder.Path} {choice} --dataset samm")));
    }

    [Theory]
    [InlineData(new[] { "--profile", "tiny" },
        "No notebook matches '--profile'; a parameter of notebooks is written like -p profile=tiny.")]
    [InlineData(new[] { "--profile=tiny" },
        "No notebook matches '--profile=tiny'; a parameter of notebooks is written like -p profile=tiny.")]
    [InlineData(new[] { "--param", "profile=tiny" },
        "No notebook matches '--param'; a parameter of notebooks is written like -p profile=tiny.")]
    [InlineData(new[] { "--param=profile=tiny" },
        "No notebook matches '--param=profile=tiny'; a parameter of notebooks is written like -p profile=tiny.")]
    public void An_option_that_notebooks_do_not_have_is_met_with_the_parameter(string[] names, string said) =>
        Assert.Equal(said, Assert.Throws<UserErrorException>(() => NotebookRun.Find("/nowhere", names)).Message);

    [GeneratedRegex("data show ([^ ]+) --dataset casme2")]
    private static partial Regex ShownClip();

    static string Say(string[] args)
    {
        var output = new StringWriter();
        Assert.Equal(0, s_root.Parse(args).Invoke(new() { Output = output, Error = output }));
        return output.ToString().ReplaceLineEndings("\n");
    }

    static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(c => Below(c).Prepend(c));

    static IEnumerable<string> Path(Command command) =>
        command is RootCommand ? [] : Path((Command)command.Parents.First()).Append(command.Name);

    [GeneratedRegex("(?m)^  ([a-z-]+)  ")]
    private static partial Regex Listed();

    [GeneratedRegex("(?m)^  \\./mer ([a-z-]+)")]
    private static partial Regex Example();
}
