using CsCheck;
using MerKernel.Data;

namespace MerKernel.Tests.Data;

public class ActionUnitNotationTests
{
    [Fact]
    public void The_networks_input_has_the_21_units_in_their_order()
    {
        // Weights and stored folds know units by their place: another order would be another network.
        int[] order = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26, 28, 45];
        Assert.Equal(order, ActionUnits.Used);
        // Unit 39 is none of them; side and doubt do not count.
        var vector = ActionUnits.ToVector([new(4, FaceSide.Right, Doubtful: true), new(12), new(39)]);
        Assert.Equal([2, 8], Enumerable.Range(0, 21).Where(i => vector[i] == 1));
        Assert.Equal(2, vector.Sum());
    }

    // Every notation that the published sheets contain.
    [Theory]
    [InlineData("12", "12")]
    [InlineData("4+7+L10", "4 7 L10")]
    [InlineData("R6A+R12", "R6A R12")]
    [InlineData("(R6 or R12)+R15", "R6? R12? R15")]
    [InlineData("ref(7B)+43", "7B 43")]
    [InlineData("10A/B", "10A")]
    [InlineData("A/L12", "L12")]
    [InlineData("T18+39", "18 39")]
    [InlineData("R14A or 17A or 24A", "R14A? 17A? 24A?")]
    [InlineData("R14+17+soft focus", "R14 17")]
    [InlineData("12?", "12?")]
    [InlineData(" 4 + 7 ", "4 7")]
    [InlineData("l4e+r12b", "L4E R12B")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("soft focus", "")]
    [InlineData("4+", "4")]
    public void Reads_every_notation_of_the_sheets(string cell, string expected) =>
        Assert.Equal(expected, string.Join(' ', ActionUnitNotation.Parse(cell).Select(Plain)));

    [Theory]
    [InlineData("R14+17+soft focus", "soft focus")]
    [InlineData("10A/B", "10A/B")]
    [InlineData("4+maybe 12 there", "maybe 12 there")]
    public void Notes_what_is_not_plain_notation(string cell, string part)
    {
        var notes = new List<string>();
        ActionUnitNotation.Parse(cell, notes);
        Assert.Contains(part, Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_unit_in_unknown_notation_is_kept_in_doubt()
    {
        Assert.Equal([new ActionUnit(4), new ActionUnit(12, Doubtful: true)],
            ActionUnitNotation.Parse("4+maybe 12 there").AsEnumerable());
    }

    [Fact]
    public void Writing_units_down_and_reading_them_gives_the_same_units() =>
        Gen.Select(Gen.Int[1, 99], Gen.Enum<FaceSide>(),
            Gen.OneOf(Gen.Const((char?)null), Gen.Char['A', 'E'].Select(c => (char?)c)), Gen.Bool)
            .Select((n, s, i, d) => new ActionUnit(n, s, i, d)).List[0, 8]
            .Sample(units => ActionUnitNotation.Parse(string.Join('+', units.Select(Plain))).SequenceEqual(units));

    [Fact]
    public void Any_text_is_read_without_an_exception() =>
        Gen.String.Sample(text => ActionUnitNotation.Parse(text).All(u => u.Number is > 0 and < 100), iter: 5000);

    private static string Plain(ActionUnit u) =>
        $"{u.Side switch { FaceSide.Left => "L", FaceSide.Right => "R", _ => "" }}{u.Number}{u.Intensity}" +
        $"{(u.Doubtful ? "?" : "")}";
}
