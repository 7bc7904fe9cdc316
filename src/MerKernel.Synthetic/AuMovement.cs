using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>An action unit as the face truly performs it, whether or not the sheet codes it.</summary>
/// <param name="Number">FACS number.</param>
/// <param name="Side">The person's own side; their right is the image's left.</param>
/// <param name="Peak">Largest displacement at the apex, in inter-ocular distances (0.016 is 1 px in a 224 px face crop).</param>
public sealed record AuMovement(int Number, FaceSide Side, double Peak);
