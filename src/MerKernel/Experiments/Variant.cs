using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>A network behind a row of a table: what it changes in the full network of any size.</summary>
/// <param name="Key">Name on the command line and in the JSON rows.</param>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="Apply">Turns the full network's options into this variant's, leaving size and classes as they are.</param>
/// <param name="ActionUnits">Where its action units come from.</param>
public sealed record Variant(string Key, string Name, Func<MerNetOptions, MerNetOptions> Apply, ActionUnitSource ActionUnits = ActionUnitSource.Annotated)
    : Method(Key, Name, ActionUnits)
{
    /// <inheritdoc/>
    public override ModelOptions Model(Profile profile) => Apply(profile.Model);

    /// <inheritdoc/>
    public override TrainingOptions Training(Profile profile) => profile.Training;
}
