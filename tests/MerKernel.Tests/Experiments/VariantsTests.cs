using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Experiments;

public class VariantsTests
{
    static readonly MerNetOptions Base = new() { InputSize = 56, WidthDivisor = 8, Classes = 4 };

    [Fact]
    public void Twelve_variants_are_twelve_networks() =>
        Assert.Equal(12, Variants.All.Select(v => (v.Apply(Base), v.ActionUnits)).Distinct().Count());

    [Fact]
    public void A_variant_leaves_size_and_classes_alone() => Assert.All(Variants.All, v =>
    {
        var options = v.Apply(Base);
        Assert.Equal((56, 8, 4), (options.InputSize, options.WidthDivisor, options.Classes));
    });

    [Fact]
    public void The_full_network_is_the_base_itself() => Assert.Equal(Base, Variants.Full.Apply(Base));

    // Motion stream, position stream, action units: the readings of the four ablations of Table 2 and of Table 7.
    [Theory]
    [InlineData("baseline", MotionStream.ResNet18, PositionStream.None, ActionUnitSource.None)]
    [InlineData("cva", MotionStream.ContinuousAttention, PositionStream.None, ActionUnitSource.None)]
    [InlineData("fpf", MotionStream.ResNet18, PositionStream.Swin, ActionUnitSource.None)]
    [InlineData("au", MotionStream.ResNet18, PositionStream.None, ActionUnitSource.Annotated)]
    [InlineData("au-shuffled", MotionStream.ContinuousAttention, PositionStream.Swin, ActionUnitSource.Shuffled)]
    [InlineData("no-au", MotionStream.ContinuousAttention, PositionStream.Swin, ActionUnitSource.None)]
    public void Ablations_take_away_what_their_row_says(string key, MotionStream motion, PositionStream position, ActionUnitSource units)
    {
        var options = Variants.Named(key).Apply(Base);
        Assert.Equal((motion, position, units), (options.Motion, options.Position, Variants.Named(key).ActionUnits));
    }

    [Fact]
    public void An_unknown_key_lists_the_known_ones() =>
        Assert.Contains("both-directions", Assert.Throws<UserErrorException>(() => Variants.Named("both")).Message);
}
