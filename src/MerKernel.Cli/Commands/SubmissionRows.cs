using System.Collections.Immutable;
using MerKernel.Slurm;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>Which tables of a submission show a fold's row.</summary>
static class SubmissionRows
{
    public static Func<TaskFold, ImmutableArray<int>> TablesOf(Submission submission)
    {
        var shown = GridRow.Shown(submission.Tables.Select(PaperTables.Numbered));
        return fold => shown.TryGetValue((Variants.Named(fold.Variant), fold.Dataset), out var numbers) ? [.. numbers] : [];
    }
}
