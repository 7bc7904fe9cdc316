using System.Collections.Immutable;
using System.CommandLine;
using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>Chooses folds of a submission as people name them: by table, row, data set and subject.</summary>
sealed class SubmitSelection
{
    readonly Option<int?> _table = new("--table") { Description = "only rows of this table that are in no other table of the submission" };
    readonly Option<string?> _row = new("--row") { Description = "only this row: the key of its variant, for example independent" };
    readonly Option<string?> _dataset = new("--dataset") { Description = "only casme2 or samm" };
    readonly Option<string[]> _folds = new("--fold") { Description = "only the folds that leave these subjects out", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _table, _row, _dataset, _folds }) command.Options.Add(option);
    }

    /// <summary>Whether anything is named.</summary>
    public bool IsAll(ParseResult parsed) =>
        parsed.GetValue(_table) is null && parsed.GetValue(_row) is null && parsed.GetValue(_dataset) is null && parsed.GetValue(_folds) is null or [];

    /// <summary>Whether a fold is chosen.</summary>
    public Func<TaskFold, bool> Chooses(ParseResult parsed, Submission submission)
    {
        var table = parsed.GetValue(_table);
        var row = parsed.GetValue(_row) is { } key ? Tables.Named(key).Key : null;
        DatasetId? dataset = parsed.GetValue(_dataset) is { } name ? CommonOptions.ParseDataset(name) : null;
        var subjects = parsed.GetValue(_folds) is { Length: > 0 } named ? named : null;
        var tables = SubmissionRows.TablesOf(submission);
        return fold => (table is null || tables(fold) is [var only] && only == table) && (row is null || fold.Variant == row)
            && (dataset is null || fold.Dataset == dataset) && (subjects is null || subjects.Any(s => FrameLayout.SubjectOf(s, fold.Dataset) == fold.Subject));
    }
}
