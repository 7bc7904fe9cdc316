namespace MerKernel.Synthetic;

/// <summary>How far the head has moved since the clip began: slow, small, unrelated to the expression.</summary>
/// <param name="X">To the image's right, iod.</param>
/// <param name="Y">Down, iod.</param>
/// <param name="Roll">Clockwise on the screen, radians.</param>
readonly record struct HeadDrift(double X, double Y, double Roll);
