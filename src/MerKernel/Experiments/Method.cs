using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>A network with its training that a table compares: a variant of the paper's, or another published system.</summary>
/// <param name="Key">Name on the command line and in the JSON rows.</param>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="ActionUnits">Where its action units come from.</param>
public abstract record Method(string Key, string Name, ActionUnitSource ActionUnits)
{
    /// <summary>The network at a profile's size.</summary>
    public abstract ModelOptions Model(Profile profile);

    /// <summary>How a profile trains it.</summary>
    public abstract TrainingOptions Training(Profile profile);
}
