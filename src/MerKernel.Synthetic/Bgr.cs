namespace MerKernel.Synthetic;

/// <summary>A colour in OpenCV's channel order, 0 to 255; factors above 1 brighten.</summary>
/// <param name="B">Blue.</param>
/// <param name="G">Green.</param>
/// <param name="R">Red.</param>
public readonly record struct Bgr(double B, double G, double R)
{
    /// <summary>Brightens or darkens.</summary>
    public static Bgr operator *(Bgr colour, double factor) => new(colour.B * factor, colour.G * factor, colour.R * factor);

    /// <summary>Mixes two colours: <paramref name="a"/> at 0, <paramref name="b"/> at 1.</summary>
    public static Bgr Lerp(Bgr a, Bgr b, double t) => new(a.B + (b.B - a.B) * t, a.G + (b.G - a.G) * t, a.R + (b.R - a.R) * t);
}
