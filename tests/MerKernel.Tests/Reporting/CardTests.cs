using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Reporting;

namespace MerKernel.Tests.Reporting;

public class CardTests
{
    static readonly StudyFacts Study = new()
    {
        Profile = Profile.Small,
        Seeds = [7],
        Parameters = 1_234_567,
        Datasets = [SampleTables.CasmeII],
        Runs =
        [
            new StudyRun(Variants.Full, DatasetId.CasmeII, 7, "abc123", 2, 2, 60, ["cpu"]),
            new StudyRun(Variants.Named("vit"), DatasetId.CasmeII, 7, "fed987", 1, 2, 7200, ["cpu"]),
        ],
        Rows = SampleTables.Builder.Build(PaperTables.All),
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
        Assert.Contains("| CASME II | FPF on ViT | 7 | fed987 | 1 of 2 | 2.0 h | cpu |", statement);
        Assert.Contains("a processor, 2 cores", statement);
        Assert.Contains("Seed 7", statement);
        Assert.DoesNotContain("none was tuned", statement);
        Assert.Contains("none was tuned", ReproductionStatement.ToMarkdown(Study with { Profile = Profile.Paper }));
    }

    [Fact]
    public void Missing_folds_are_listed_among_what_was_not_reproduced() =>
        Assert.Contains("FPF on ViT on CASME II, seed 7: 1 of 2 folds were not run", ReproductionStatement.ToMarkdown(Study));

    [Fact]
    public void No_line_keeps_the_indentation_of_the_source() =>
        Assert.DoesNotContain(ModelCard.ToMarkdown(Study).Split('\n').Concat(ReproductionStatement.ToMarkdown(Study).Split('\n')), l => l.StartsWith(' '));
}
