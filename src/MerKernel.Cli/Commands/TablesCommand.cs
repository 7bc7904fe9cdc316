using MerKernel.Evaluation;
using Spectre.Console;
using Table = MerKernel.Experiments.Table;

namespace MerKernel.Cli.Commands;

/// <summary>Shows the tables from stored folds; trains nothing and prepares nothing.</summary>
static class TablesCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var tables = TableOption();
        var json = new Option<bool>("--json") { Description = "an array of rows" };
        var markdown = new Option<bool>("--markdown") { Description = "Markdown" };
        var latex = new Option<bool>("--latex") { Description = "LaTeX tables, for the package booktabs" };
        var csv = new Option<bool>("--csv") { Description = "a line of figures for each row, protocol and seed" };
        var protocols = new Option<string[]>("--protocol")
        {
            Description = "epoch protocols side by side: final, best-test, held-out, last-K (default: final best-test)",
            AllowMultipleArgumentsPerToken = true,
        };
        var metrics = new Option<string>("--metrics")
        {
            Description =
                "main (accuracy, UF1, UAR), or all: weighted F1, mean per-fold F1, kappa and each class's scores too",
            DefaultValueFactory = _ => "main",
        };
        var command = new Command("tables",
            "Print the paper's numbers next to those that are stored.  Example: mer tables --table 3 --markdown")
        {
            tables, protocols, metrics, json, markdown, latex, csv
        };
        options.AddTo(command, refused: "--workers");
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            CommonOptions.RefuseAll(parsed, "nothing is trained", "--workers");
            using var bench = options.Open(parsed);
            var all = parsed.GetValue(metrics) switch
            {
                "main" => false,
                "all" => true,
                var other => throw new UserErrorException($"--metrics {other} is not known; use main or all."),
            };
            if (new[] { json, markdown, latex, csv }.Count(parsed.GetValue) > 1)
                throw new UserErrorException("Only one of --json, --markdown, --latex and --csv can be printed; call " +
                    "mer tables once for each.");
            if (all && parsed.GetValue(csv))
                throw new UserErrorException("--csv has the main metrics only; --json has all of them.");
            var chosen = Chosen(parsed.GetValue(tables));
            bench.LoadPrepared(On(bench, chosen));
            var rows = Scoring.Rows(bench, chosen,
                parsed.GetValue(protocols) is { Length: > 0 } names ? names.Select(EpochProtocol.Named) : null);
            if (parsed.GetValue(json)) Console.WriteLine(JsonTables.Render(rows, all));
            else if (parsed.GetValue(markdown)) Console.Write(ResultTable.ToMarkdown(rows, all));
            else if (parsed.GetValue(latex))
                Console.Write(string.Concat(ResultTable.TextOf(rows, all).Select(t => t.ToLatex())));
            else if (parsed.GetValue(csv)) Console.Write(ResultTable.Flat(rows).ToCsv());
            else Show(rows, all);
        }));
        return command;
    }

    /// <summary>Shows rows in the terminal.</summary>
    public static void Show(IReadOnlyCollection<ResultRow> rows, bool allMetrics = false)
    {
        Terminal.Write(ResultTable.TextOf(rows, allMetrics));
        AnsiConsole.MarkupLineInterpolated($"[dim]{ResultTable.Legend(rows)}[/]");
        foreach (var notice in ResultTable.Opening(rows)) AnsiConsole.MarkupLineInterpolated($"[yellow]{notice}[/]");
    }

    /// <summary>Which tables: --table 2 3, or --tables 2,3.</summary>
    public static Option<string[]> TableOption() => new("--table", "--tables")
    {
        Description = "all, or only these tables, for example 2 3 or 2,3", AllowMultipleArgumentsPerToken = true
    };

    /// <summary>The tables named, all seven where none is.</summary>
    public static IReadOnlyList<Table> Chosen(string[]? names) => names is null or [] or ["all"] ? Tables.All :
        [.. names.SelectMany(n => n.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(n => int.TryParse(n, out var number)
                ? Tables.Numbered(number) : throw new UserErrorException(
                    $"'{n}' is no table's number; the paper's tables are 1 to {Tables.All.Length}.")).Distinct()];

    /// <summary>The workbench's data sets that tables have rows on.</summary>
    /// <exception cref="UserErrorException">There are none.</exception>
    public static ImmutableArray<DatasetId> On(Workbench bench, IReadOnlyList<Table> tables) =>
        bench.Datasets.Where(id => tables.Any(t => t.IsOn(id))).ToImmutableArray() is { IsEmpty: false } ids ? ids
            : throw new UserErrorException("The tables asked for have no rows on " +
                $"{string.Join(" and ", bench.Datasets.Select(d => d.Title()))}; name other --tables, or the folder " +
                "that holds the other data set.");
}

/// <summary>Checks the paper's numbers against each other; needs no data.</summary>
static class AuditCommand
{
    public static Command Create()
    {
        var accuracies = new Option<decimal[]>("--accuracies")
        {
            Description = "two accuracies in percent: the smallest p-value that any predictions with them could have",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result => Accuracies(string.Join(' ', result.Tokens.Select(t => t.Value))),
        };
        var clips = new Option<int?>("--clips") { Description = "clips behind --accuracies" };
        var subjects = new Option<int?>("--subjects")
        {
            Description = "subjects behind --accuracies (default: one per clip)"
        };
        var command = new Command("audit",
            "Check the paper's numbers against each other: sample sizes, contradictions, F1 bounds, best cases, the " +
            "published log.  Example: mer audit --accuracies 94.35 92.74 --clips 248")
        {
            accuracies, clips, subjects
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(accuracies) is not [var first, var second])
            {
                if (parsed.GetValue(clips) is not null || parsed.GetValue(subjects) is not null)
                    throw new UserErrorException("--clips and --subjects belong to --accuracies, which are not " +
                        "given; add for example --accuracies 94.35 92.74.");
                Console.Write(AuditReport.ToMarkdown());
                return;
            }
            if (parsed.GetValue(clips) is not { } scored)
                throw new UserErrorException("--accuracies needs --clips, the number of clips behind them.");
            var best = BestCase.Of(first, second, scored, parsed.GetValue(subjects) ?? scored);
            foreach (var remark in Roundings((first, best.First), (second, best.Second), scored)) Remark.Say(remark);
            Console.WriteLine(AuditConclusions.Of(best));
        });
        return command;
    }

    /// <summary>
    /// Two accuracies in percent, with or without the sign, next to each other or with a comma between them.
    /// </summary>
    /// <exception cref="UserErrorException">They are not two, no numbers, or shares.</exception>
    public static decimal[] Accuracies(string text)
    {
        const string cure = "write them in percent, like --accuracies 94.35 92.74.";
        decimal[] numbers = [.. text.Split([' ', ',', ';', '%'], StringSplitOptions.RemoveEmptyEntries)
            .Select(t => decimal.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
                : throw new UserErrorException($"--accuracies takes two numbers, and '{t}' is none; {cure}"))];
        if (numbers is not [var first, var second])
            throw new UserErrorException($"--accuracies {text} has {numbers.Length} numbers instead of two; {cure}");
        if (!text.Contains('%') && Math.Max(first, second) is > 0 and <= 1)
            throw new UserErrorException($"--accuracies {text} may be shares of 1 or less than one percent; {cure} " +
                "Less than one percent is told by the sign, like 0.5%.");
        return numbers;
    }

    /// <summary>The message about an accuracy that no number of the clips gives, or more than one.</summary>
    public static IEnumerable<string> Roundings((decimal Accuracy, int Correct) first,
        (decimal Accuracy, int Correct) second, int clips) =>
            from one in new[] { first, second }
            let none = Grim.Match(one.Accuracy, clips) is null
            let right = BestCase.Right(one.Accuracy, clips)
            where none || right[0] < right[1]
            select string.Create(CultureInfo.InvariantCulture, $"{one.Accuracy} % ") + (none
                ? $"is no number of {clips} clips" : $"may be {right[0]} to {right[1]} of {clips} clips") +
                string.Create(CultureInfo.InvariantCulture,
                    $"; taken is {one.Correct}, which is {100m * one.Correct / clips:0.00} %: ") +
                "it takes the two accuracies furthest apart.";
}

/// <summary>Write the model card and the reproduction statement from the stored runs.</summary>
static class CardsCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var command = new Command("cards",
            "Write the model card and the reproduction statement from the stored runs.  Example: mer cards " +
            "--profile small");
        options.AddTo(command, refused: "--workers");
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            CommonOptions.RefuseAll(parsed, "nothing is trained", "--workers");
            using var bench = options.Open(parsed);
            bench.LoadPrepared(bench.Datasets);
            var study = StudyFacts.Of(bench);
            foreach (var (name, text) in new[]
            {
                ("model-card.md", ModelCard.ToMarkdown(study)),
                ("reproduction-statement.md", ReproductionStatement.ToMarkdown(study))
            })
            {
                AtomicFile.Write(Path.Combine(bench.ReportFolder, name), text);
                Console.WriteLine(Path.Combine(bench.ReportFolder, name));
            }
        }));
        return command;
    }
}
