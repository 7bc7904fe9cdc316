using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Reporting;

public class CardTests
{
    static RunInfo Run(string hash, int folds, double seconds) => new()
    {
        Hash = hash, Experiment = new() { Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Seed = 7 },
        Words = new("small", ""), Folds = folds, AllFolds = 2, Clips = 0, Seconds = seconds, Devices = ["cpu"],
    };

    static readonly StudyFacts Study = new()
    {
        Profile = Profile.Small,
        Seeds = [7],
        Parameters = 1_234_567,
        Macs = 890_000_000,
        Datasets = [SampleTables.CasmeII],
        Runs =
        [
            (Tables.Full, Run("abc123", folds: 2, seconds: 60), 2),
            (Tables.Named("vit"), Run("fed987", folds: 1, seconds: 7200), 2),
        ],
        Rows = SampleTables.Scoring.Rows(Tables.All),
        Options = "--profile small --seeds 7",
        Machine = "a processor, 2 cores; an operating system; a runtime",
    };

    [Fact]
    public void The_model_card_states_size_data_and_scores_of_the_run()
    {
        var card = ModelCard.ToMarkdown(Study);
        Assert.Contains("1,234,567 parameters", card);
        Assert.Contains("5 clips of 2 subjects; a 3, b 1, c 1", card);
        Assert.Contains("| CASME II | full network | final epoch | 60.0 [50–67]", card);
        Assert.Contains("| CASME II | full network | epoch chosen on the test subject | 100.0", card);
        Assert.Contains("| CASME II | full network, action units shuffled | final epoch | not run", card);
        Assert.Contains("| CASME II | majority class | no epoch to choose | 60.0", card);
    }

    [Fact]
    public void Both_cards_say_that_the_data_are_synthetic()
    {
        Assert.Contains("say nothing about real faces", ModelCard.ToMarkdown(Study));
        Assert.Contains("say nothing about real faces", ReproductionStatement.ToMarkdown(Study));
        Assert.Contains("neither confirmed nor refuted", ReproductionStatement.ToMarkdown(Study));
    }

    [Fact]
    public void The_statement_lists_every_run_with_its_experiment_folds_and_time()
    {
        var statement = ReproductionStatement.ToMarkdown(Study);
        Assert.Contains("| CASME II | full network | 7 | abc123 | 2 of 2 | 60 s | cpu |", statement);
        Assert.Contains("| CASME II | FPF block based on ViT | 7 | fed987 | 1 of 2 | 2.0 h | cpu |", statement);
        Assert.Contains("a processor, 2 cores", statement);
        Assert.Contains("Seed 7", statement);
        Assert.DoesNotContain("none was tuned", statement);
        Assert.Contains("none was tuned", ReproductionStatement.ToMarkdown(Study with { Profile = Profile.Paper }));
    }

    // The items of the machine-learning reproducibility checklist, each by words that only its text has.
    [Theory]
    [InlineData("(a 3, b 1, c 1)")] // statistics of the data
    [InlineData("leave one subject out")] // splits
    [InlineData("Sheet sheet.xlsx (SHA-256 aa), frames in frames, fingerprint f")]
    [InlineData("preparation: size 48; read as x.")] // preparation
    [InlineData("left out: 2 (its emotion is none of the five), 1 (no apex)")] // excluded data
    [InlineData("1,234,567 parameters in the full network and 0.89 GMAC per clip")] // complexity
    [InlineData("batch 16, an update every batch.")]
    [InlineData("by the accuracy over all folds of earlier versions of the synthetic sets")] // search
    [InlineData("Each fold was trained once with each seed")] // number of runs
    [InlineData("for 3 folds")]
    [InlineData("mer reproduce --profile small --seeds 7")] // code
    [InlineData("macro F1: the F1 of each class")] // definition of the measures
    [InlineData("10,000 resamples")] // variation
    [InlineData("environment.md")] // dependencies
    public void The_statement_answers_the_checklist(string words)
    {
        var manifest = new DatasetManifest
        {
            Dataset = DatasetId.CasmeII, Synthetic = true, Fingerprint = "f", Sheet = "sheet.xlsx", SheetSha256 = "aa",
            Frames = "frames", Preparation = "size 48; left out ; read as x",
            Clips = [], Dropped = [new("s1/x", "its emotion is none of the five"),
                new("s1/y", "its emotion is none of the five"), new("s2/z", "no apex")],
        };
        Assert.Contains(words, ReproductionStatement.ToMarkdown(Study with { Manifests = [manifest] }));
    }

    [Fact]
    public void Weights_that_were_read_from_a_file_did_not_start_at_random()
    {
        Assert.Contains("All weights start at random.", ReproductionStatement.ToMarkdown(Study));
        var started = Run("abc123", folds: 2, seconds: 60);
        started = started with { Experiment = started.Experiment with { StartsFrom = new(new string('a', 64)) } };
        var statement = ReproductionStatement.ToMarkdown(Study with { Runs = [(Tables.Full, started, 2)] });
        Assert.Contains("Weights read from files start full network; all others start at random.", statement);
        Assert.DoesNotContain("All weights start", statement);
    }

    [Fact]
    public void Several_seeds_are_named_and_the_spread_between_them_is_no_gap()
    {
        var several = Study with { Seeds = [1, 2, 3] };
        Assert.Contains("with each of the seeds 1, 2, 3", ReproductionStatement.ToMarkdown(several));
        Assert.DoesNotContain("The spread between seeds", ReproductionStatement.ToMarkdown(several));
        Assert.Contains("The spread between seeds", ReproductionStatement.ToMarkdown(Study));
        Assert.Contains("standard deviation between the seeds 1, 2, 3", ModelCard.ToMarkdown(several));
    }

    [Fact]
    public void Missing_folds_are_listed_among_what_was_not_reproduced() =>
        Assert.Contains("CASME II, seed 7: 1 of 2 folds were not run of FPF block based on ViT.",
            ReproductionStatement.ToMarkdown(Study));

    [Fact]
    public void Neither_card_claims_runs_or_recordings_that_there_were_none_of()
    {
        Assert.Contains("Table 1's other methods were not run.", ReproductionStatement.ToMarkdown(Study));
        Assert.Contains("those whose networks are known are run", ReproductionStatement.ToMarkdown(Study with
        {
            Runs = [(Tables.Numbered(1).Rows.First(r => r.Method is { } m && m != Tables.Full).Method!,
                Run("a1", folds: 2, seconds: 1), 2)],
        }));
        Assert.Contains("It classifies drawn faces", ModelCard.ToMarkdown(Study));
        Assert.Contains("It classifies clips recorded in a laboratory", ModelCard.ToMarkdown(Study with
        {
            Datasets = [SampleTables.CasmeII with { Synthetic = false }],
        }));
    }

    [Fact]
    public void No_line_keeps_the_indentation_of_the_source() =>
        // Sub-items of a list begin with two blanks and a dash.
        Assert.DoesNotContain(
            ModelCard.ToMarkdown(Study).Split('\n').Concat(ReproductionStatement.ToMarkdown(Study).Split('\n')),
            l => l.StartsWith(' ') && !l.StartsWith("  - ", StringComparison.Ordinal));
}
