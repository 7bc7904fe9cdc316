using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>A printed F1 beside the F1 scores that its accuracy allows.</summary>
/// <param name="Where">Where the pair is printed.</param>
/// <param name="Printed">The pair.</param>
/// <param name="Correct">Correct clips behind the accuracy, or null where no number of clips gives it.</param>
/// <param name="Range">
/// Macro F1 scores that so many correct clips allow at any class balance that fits what is known. The upper end holds also if F1 was taken at
/// another epoch than accuracy, since no epoch has more clips right; the lower end then does not.
/// </param>
public sealed record F1Finding(string Where, Printed Printed, GrimMatch? Correct, F1Range? Range)
{
    /// <summary>Whether the F1 is possible; null where the accuracy already is not.</summary>
    public bool? Possible => Range?.Allows(Printed.F1);
}
