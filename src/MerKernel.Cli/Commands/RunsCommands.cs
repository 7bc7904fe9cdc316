using MerKernel.Evaluation;
using Spectre.Console;

namespace MerKernel.Cli.Commands;

/// <summary>The run store in the terminal.</summary>
static class RunsCommands
{
    public static Command Create() =>
        new("runs", "List, show, compare, export and delete stored runs.  Example: mer runs list --sort UF1")
        {
            List(), Show(), Compare(), Export(), Delete(),
        };

    static Command List()
    {
        var store = CommonOptions.Store();
        var sort = new Option<string>("--sort")
        {
            Description = $"one of {string.Join(", ", RunTable.Columns.Select(c => $"'{c.Heading.TrimStart('>')}'"))}",
            DefaultValueFactory = _ => "date"
        };
        var ascending = new Option<bool>("--ascending") { Description = "smallest or oldest first" };
        var dataset = new Option<string?>("--dataset")
        {
            Description = "only one data set: casme2, samm, composite and others"
        };
        var list = new Command("list", "List the stored runs.  Example: mer runs list --sort accuracy --dataset samm")
        {
            sort, ascending, dataset, store
        };
        list.SetAction(parsed =>
        {
            var by = RunTable.Named(parsed.GetValue(sort)!);
            DatasetId? only = parsed.GetValue(dataset) is { } name ? CommonOptions.ParseDataset(name) : null;
            var runs = new RunCatalogue(Open(parsed.GetValue(store))).List()
                .Where(r => only is null || r.Experiment.Dataset == only);
            var ordered = (parsed.GetValue(ascending) ? runs.OrderBy(by.Key) : runs.OrderByDescending(by.Key)).ToList();
            Terminal.Write(RunTable.Of(ordered));
            AnsiConsole.WriteLine($"{ordered.Count} {(ordered.Count == 1 ? "run" : "runs")}.");
        });
        return list;
    }

    static Command Show()
    {
        var (store, run) = (CommonOptions.Store(), Run("run"));
        var show = new Command("show",
            "Show every option of a run and its folds.  Example: mer runs show 3f2a") { run, store };
        show.SetAction(parsed =>
        {
            var catalogue = new RunCatalogue(Open(parsed.GetValue(store)));
            var found = catalogue.Find(parsed.GetValue(run)!);
            AnsiConsole.WriteLine($"{found.Hash}: {found.Words.Text} ({found.Words.Profile} profile)");
            Terminal.Write(TextTable.Of("", ["option", "value"],
                OptionDifference.Options(found.Experiment).Select(o => (string[])[o.Key, o.Value])));
            var (classes, folds) = (found.Experiment.Model.Classes, catalogue.Folds(found.Hash));
            Terminal.Write(TextTable.OfFigures("", ["subject", "clips", "final epoch", "best-test", "epochs"],
                folds.Select(f => (string[])
                    [f.Subject, $"{f.Clips.Length}", Right(EpochProtocol.Default, f, classes),
                        Right(new BestTestEpoch(), f, classes), $"{f.Logits.Length}"])));
        });
        return show;
    }

    static Command Compare()
    {
        var (store, data, first, second) = (CommonOptions.Store(), OwnData(), Run("first"), Run("second"));
        var compare = new Command("compare",
            "Compare two runs: options, scores, and clips that one gets right and the other wrong.  Example: mer " +
            "runs compare 3f2a 91c0")
        {
            first, second, data, store
        };
        compare.SetAction(parsed =>
        {
            var catalogue = new RunCatalogue(Open(parsed.GetValue(store)));
            var comparison = RunComparison.Of(catalogue, catalogue.Find(parsed.GetValue(first)!),
                catalogue.Find(parsed.GetValue(second)!));
            Terminal.Write(RunComparisonText.Tables(comparison,
                ClassesOf(comparison.First.Experiment, parsed.GetValue(data))));
            foreach (var sentence in RunComparisonText.Sentences(comparison)) AnsiConsole.WriteLine(sentence);
        });
        return compare;
    }

    static Command Export()
    {
        var (store, data, run) = (CommonOptions.Store(), OwnData(), Run("run"));
        var csv = new Option<bool>("--csv") { Description = "CSV instead of tables in the terminal" };
        var protocols = new Option<string[]>("--protocol")
        {
            Description = $"{Exported}; mer score reads every, or final without another (default: final best-test)",
            AllowMultipleArgumentsPerToken = true
        };
        var export = new Command("export",
            "Print a run's predictions: clip, subject, fold, label, and the logits under each epoch protocol.  " +
            "Example: mer runs export 3f2a --csv --protocol every > predictions.csv")
        {
            run, csv, protocols, data, store
        };
        export.SetAction(parsed =>
        {
            var catalogue = new RunCatalogue(Open(parsed.GetValue(store)));
            var found = catalogue.Find(parsed.GetValue(run)!);
            var names = parsed.GetValue(protocols) is { Length: > 0 } given ? given : ["final", "best-test"];
            ImmutableArray<EpochProtocol> chosen = names is ["every"] ? [] : [.. names.Select(Protocol)];
            var (folds, classes) = (catalogue.Folds(found.Hash), ClassesOf(found.Experiment, parsed.GetValue(data)));
            if (folds.Count == 0)
                throw new UserErrorException($"No fold of {found.Hash} is stored, so there is nothing to export; mer " +
                    "runs list names the runs that have folds.");
            var table = chosen.IsEmpty
                ? RunExport.EveryEpoch(folds, classes, found.Experiment.Seed)
                : RunExport.Of(folds, classes, chosen);
            if (parsed.GetValue(csv)) Console.Write(table.ToCsv());
            else Terminal.Write([table]);
        });
        return export;
    }

    static Command Delete()
    {
        var (store, runs) = (CommonOptions.Store(), new Argument<string[]>("run")
        {
            Description = "hashes or their beginnings", Arity = ArgumentArity.OneOrMore
        });
        var yes = new Option<bool>("--yes") { Description = "do not ask" };
        var delete = new Command("delete",
            "Delete runs, after asking.  Example: mer runs delete 3f2a --yes") { runs, yes, store };
        delete.SetAction(parsed =>
        {
            var catalogue = new RunCatalogue(Open(parsed.GetValue(store)));
            var found = parsed.GetValue(runs)!.Select(catalogue.Find).DistinctBy(r => r.Hash).ToList();
            foreach (var run in found)
                AnsiConsole.WriteLine($"{run.Hash}: {run.Experiment.Dataset.Title()}, {run.Words.Text}, {run.Folds} " +
                    $"folds, {run.Seconds:0} s of computing");
            if (!parsed.GetValue(yes))
            {
                if (Console.IsInputRedirected)
                    throw new UserErrorException("Nothing was deleted: there is nobody to ask; say --yes.");
                if (!AnsiConsole.Confirm($"Delete {(found.Count == 1 ? "it" : $"these {found.Count}")}?",
                    defaultValue: false))
                    return 1;
            }
            found.ForEach(catalogue.Delete);
            AnsiConsole.WriteLine($"{found.Count} deleted.");
            return 0;
        });
        return delete;
    }

    /// <summary>The outputs of <c>mer runs export</c>.</summary>
    const string Exported = "final, best-test, held-out, or every for every epoch";

    /// <summary>A protocol that chooses one epoch of each fold.</summary>
    internal static EpochProtocol Protocol(string name) => name switch
    {
        "final" or "best-test" or "held-out" => EpochProtocol.Named(name),
        "every" => throw new UserErrorException(
            "--protocol every prints every epoch, the last one among them; name no other protocol with it."),
        _ => throw new UserErrorException($"--protocol {name} cannot be exported; use {Exported}."),
    };

    static Option<string?> OwnData() => new("--data")
    {
        Description = $"folder with the {OwnDataset.FileName} of a data set of your own, for the names of its " +
            "classes (default: data/ of the checkout)"
    };

    /// <summary>
    /// Names of a run's classes; those of a set of one's own are in the folder of its data, and without it they are
    /// numbers.
    /// </summary>
    internal static ImmutableArray<string> ClassesOf(Experiment experiment, string? folder)
    {
        if (experiment.Dataset != DatasetId.Own) return RunExport.ClassesOf(experiment);
        var root = folder ?? Path.Combine(RepositoryRoot.Find(), "data");
        if (folder is null && !OwnDataset.IsIn(root))
        {
            Remark.Say($"The classes are shown by their numbers; name the folder of {OwnDataset.FileName} with " +
                "--data, and they are shown by their names.");
            return RunExport.ClassesOf(experiment);
        }
        var set = OwnDataset.Read(root);
        var classes = (DataChoices.Kept(root, DatasetId.Own).Preparation(set, new PreparationOptions()).Classes
            ?? set.Classes).Classes;
        return classes.Length == experiment.Model.Classes ? classes
            : throw new UserErrorException($"{OwnDataset.FileName} in {root} has {classes.Length} classes and the " +
                $"run has {experiment.Model.Classes}; name the folder of the data that it was run on with --data.");
    }

    static Argument<string> Run(string name) => new(name) { Description = "the run's hash or its beginning" };

    static RunStore Open(string? folder)
    {
        var store = new RunStore(folder ?? Path.Combine(RepositoryRoot.Find(), "results", "runs"))
        {
            Warn = Remark.Say
        };
        store.MustExist(folder is null ? "" : null);
        return store;
    }

    static string Right(EpochProtocol protocol, FoldPrediction fold, int classes)
    {
        var matrix = protocol.Apply([fold]).Pooled(classes);
        return $"{matrix.Correct} of {matrix.Total}";
    }
}
