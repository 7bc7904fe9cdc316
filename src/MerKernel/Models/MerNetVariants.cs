namespace MerKernel.Models;

/// <summary>The twelve networks behind the rows of Tables 2 to 7, by name, at full width and 224 pixels.</summary>
public static class MerNetVariants
{
    private static readonly MerNetOptions Paper = new();

    private static readonly MerNetOptions Baseline =
        new() { Motion = MotionStream.ResNet18, Position = PositionStream.None, UseActionUnits = false };

    /// <summary>Name and options; the paper's network is "full" and comes first.</summary>
    public static ImmutableArray<(string Name, MerNetOptions Options)> All { get; } =
    [
        ("full", Paper),
        ("baseline", Baseline),
        ("cva", Paper with { Position = PositionStream.None, UseActionUnits = false }),
        ("fpf", Baseline with { Position = PositionStream.Swin }),
        ("au", Baseline with { UseActionUnits = true }),
        ("horizontal", Paper with { Attention = AttentionDirection.Horizontal }),
        ("both", Paper with { Attention = AttentionDirection.Both }),
        ("independent", Paper with { Continuous = false }),
        ("vit", Paper with { Position = PositionStream.ViT }),
        ("onset", Paper with { Frames = PositionFrames.Onset }),
        ("apex", Paper with { Frames = PositionFrames.Apex }),
        ("without-au", Paper with { UseActionUnits = false }),
    ];

    /// <summary>The options of a name.</summary>
    /// <exception cref="UserErrorException">Lists the names if this is none of them.</exception>
    public static MerNetOptions Named(string name) => All.FirstOrDefault(variant => variant.Name == name).Options
        ?? throw new UserErrorException($"There is no variant '{name}'; use one of {string.Join(", ", All.Select(variant => variant.Name))}.");
}
