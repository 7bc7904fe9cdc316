using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public class DerivedValuesTests
{
    sealed record Number(double Value);

    static string Hash(char digit) => new(digit, 16);

    static double Read(string path, string name, string state, double computed) =>
        new DerivedValues(path).Get(name, state, () => new Number(computed))!.Value;

    [Fact]
    public void A_value_is_kept_for_its_state_and_computed_anew_for_another()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("derived.tsv");
        var values = new DerivedValues(path);
        Assert.Equal(0.1, values.Get("network/a", "one", () => new Number(0.1))!.Value);
        Assert.Equal(0.1, values.Get("network/a", "one", () => new Number(2))!.Value);
        Assert.Null(values.Get<Number>("network/b", "one", () => null));
        values.Save();
        Assert.Equal(0.1, Read(path, "network/a", "one", computed: 2));
        Assert.Equal(2, Read(path, "network/a", "two", computed: 2));
        Assert.Equal(2, Read(path, "network/b", "one", computed: 2));
    }

    [Theory]
    [InlineData("cut"), InlineData("one digit"), InlineData("another build"), InlineData("empty"), InlineData("gone")]
    public void A_file_that_is_damaged_or_of_another_build_is_not_used_and_written_again(string damage)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("derived.tsv");
        var values = new DerivedValues(path);
        values.Get("network/a", "one", () => new Number(0.1));
        values.Save();
        var sound = File.ReadAllText(path);
        if (damage == "gone") File.Delete(path);
        else
            File.WriteAllText(path, damage switch
            {
                "cut" => sound[..^4],
                "one digit" => sound.Replace("0.1", "0.2"),
                "another build" => (sound[0] == '0' ? '1' : '0') + sound[1..],
                _ => ""
            });
        var again = new DerivedValues(path);
        Assert.Equal(0.1, again.Get("network/a", "one", () => new Number(0.1))!.Value);
        again.Save();
        Assert.Equal(sound, File.ReadAllText(path));
    }

    [Fact]
    public void The_file_has_the_same_bytes_whatever_the_order_and_forgets_runs_that_are_gone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(Hash('a')));
        string Written(params string[] names)
        {
            var values = new DerivedValues(folder.File("derived.tsv"));
            foreach (var name in names) values.Get(name, "state", () => new Number(1));
            values.Save();
            return File.ReadAllText(folder.File("derived.tsv"));
        }

        var first = Written($"{Hash('a')}/digest", $"{Hash('b')}/digest", "network/x");
        Assert.Contains(Hash('a'), first);
        Assert.DoesNotContain(Hash('b'), first);
        File.Delete(folder.File("derived.tsv"));
        Assert.Equal(first, Written("network/x", $"{Hash('a')}/digest"));
    }

    [Fact]
    public void Where_nothing_can_be_written_values_are_computed_all_the_same()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");
        var values = new DerivedValues(Path.Combine(folder.File("file"), "derived.tsv"));
        Assert.Equal(3, values.Get("network/a", "", () => new Number(3))!.Value);
        values.Save();
    }
}
