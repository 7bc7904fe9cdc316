using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>The twelve networks of Tables 2 to 7. The full network stands in every table and is trained once.</summary>
public static class Variants
{
    /// <summary>The paper's network.</summary>
    public static Variant Full { get; } = new("full", "full network", o => o);

    /// <summary>The full network without action units (Table 7): a row without which no table can be read.</summary>
    public static Variant WithoutActionUnits { get; } = new("no-au", "without action units", o => o, ActionUnitSource.None);

    /// <summary>Control: the full network with every clip given another clip's action units; shows how much it leans on them.</summary>
    public static Variant ShuffledActionUnits { get; } = new("au-shuffled", "full network, action units shuffled", o => o, ActionUnitSource.Shuffled);

    /// <summary>The paper's twelve; the full network first.</summary>
    public static ImmutableArray<Variant> All { get; } =
    [
        Full,
        new("baseline", "ResNet-18 on the difference image", ResNet, ActionUnitSource.None),
        new("cva", "CVA blocks alone", o => o with { Position = PositionStream.None }, ActionUnitSource.None),
        new("fpf", "ResNet-18 with FPF", o => ResNet(o) with { Position = PositionStream.Swin }, ActionUnitSource.None),
        new("au", "ResNet-18 with action units", ResNet),
        new("horizontal", "horizontal attention", o => o with { Attention = AttentionDirection.Horizontal }),
        new("both-directions", "vertical and horizontal attention", o => o with { Attention = AttentionDirection.Both }),
        new("independent", "independent attention", o => o with { Continuous = false }),
        new("vit", "FPF on ViT", o => o with { Position = PositionStream.ViT }),
        new("onset", "FPF sees the onset alone", o => o with { Frames = PositionFrames.Onset }),
        new("apex", "FPF sees the apex alone", o => o with { Frames = PositionFrames.Apex }),
        WithoutActionUnits,
    ];

    /// <summary>The paper's twelve and the control that every table carries.</summary>
    public static ImmutableArray<Variant> WithControls { get; } = [.. All, ShuffledActionUnits];

    /// <summary>FaceSleuth's learned direction in both readings of its angle, which Table 3 shows beside the paper's three rows.</summary>
    public static ImmutableArray<Variant> Learned { get; } =
    [
        new("soa-code", "learned direction, angle as in its code", o => o with { Attention = AttentionDirection.Learned }),
        new("soa-paper", "learned direction, angle as in its paper", o => o with { Attention = AttentionDirection.Learned, Angle = AngleReading.Paper }),
    ];

    /// <summary>The variant of a key.</summary>
    /// <exception cref="UserErrorException">There is no such variant.</exception>
    public static Variant Named(string key) => WithControls.Concat(Learned).FirstOrDefault(v => v.Key == key)
        ?? throw new UserErrorException($"There is no variant '{key}'; the variants are {string.Join(", ", WithControls.Concat(Learned).Select(v => v.Key))}.");

    static MerNetOptions ResNet(MerNetOptions o) =>
        o with { Motion = MotionStream.ResNet18, Position = PositionStream.None };
}
