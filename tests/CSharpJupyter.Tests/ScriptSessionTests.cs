using CSharpJupyter.Session;

namespace CSharpJupyter.Tests;

/// <summary>Cells in sequence, of which the session keeps those that declare something.</summary>
public sealed class ScriptSessionTests
{
    readonly ReferenceSet _references = new();
    readonly ScriptSession _session;
    int _kept;

    public ScriptSessionTests()
    {
        _session = new(_references);
        _session.Submitted += _ => _kept++;
        Run("var first = 1;");
    }

    object? Run(string code) => _session.Compile(code, "In[1]", CancellationToken.None).Run().Result;

    [Theory]
    [InlineData("1 + first", 0)]
    [InlineData("for (var k = 0; k < 3; k++) { var local = k; }", 0)]
    [InlineData("if (first > 0) { int Local() => 1; Local(); }", 0)]
    [InlineData("new { first }", 0)]
    [InlineData("await Task.Delay(1); first", 0)]
    [InlineData("// only said", 0)]
    [InlineData("var x = 1;", 1)]
    [InlineData("int.TryParse(\"1\", out var x)", 1)]
    [InlineData("if (first is var x) { }", 1)]
    [InlineData("var (a, b) = (1, 2);", 1)]
    [InlineData("using System.Globalization;", 1)]
    [InlineData("using Numbers = System.Collections.Generic.List<int>; new Numbers()", 1)]
    [InlineData("int F() => 1;", 1)]
    [InlineData("record R(int A);", 1)]
    [InlineData("delegate void D();", 1)]
    [InlineData("int P { get; set; }", 1)]
    [InlineData("event Action E;", 1)]
    [InlineData("static int Twice(this int x) => 2 * x; 1.Twice()", 1)]
    public void A_cell_is_kept_if_a_later_one_can_name_something_of_it(string cell, int kept)
    {
        _kept = 0;
        Run(cell);
        Assert.Equal(kept, _kept);
    }

    [Fact]
    public void Cells_between_that_declare_nothing_change_nothing_for_those_that_do()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i + 1, Run($"{(i == 0 ? "first" : $"v{i - 1}")}"));
            Run($"var v{i} = {i + 2};");
            Run($"Func<int> late{i} = await Task.FromResult<Func<int>>(() => v{i} * 10);");
            Run($"new {{ v{i} }}.v{i}");
        }
        Assert.Equal(20 + 30 + 40 + 50 + 60, Run("late0() + late1() + late2() + late3() + late4()"));
        Assert.Equal("first late0 late1 late2 late3 late4 v0 v1 v2 v3 v4".Split(' '),
            _session.Variables().Select(v => v.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_cell_left_running_keeps_its_own_variables()
    {
        var left = (Task<int>)Run("Task.Run(async () => { await Task.Delay(100); return first + 41; })")!;
        for (var i = 0; i < 5; i++) Run($"Console.Out.Flush(); {i}");
        Assert.Equal(42, await left);
    }

    [Theory]
    [InlineData("new[] { 1, 2 }.Count(x => x > 1)")]
    [InlineData("(from x in new[] { 1, 2 } where x > 1 select x + 1).Count()")]
    public void A_text_that_is_captured_is_that_of_the_cell(string argument)
    {
        Run("using System.Runtime.CompilerServices;\n" +
            "string Text(int value, [CallerArgumentExpression(\"value\")] string text = \"\") => text;");
        Assert.Equal(argument, Run($"Text({argument})"));
    }

    [Fact]
    public void An_error_that_only_shows_when_the_assembly_is_written_is_told() =>
        Assert.Contains("CS8103", Assert.Throws<CellFailedException>(
            () => Run($"var a = \"{new string('a', 9_000_000)}\"; var b = \"one more\";")).Message);

    [Fact]
    public void A_reference_that_was_added_is_there_for_later_cells()
    {
        _references.Load(typeof(FactAttribute).Assembly.Location);
        Assert.Equal("FactAttribute", Run("typeof(Xunit.FactAttribute).Name"));
        Assert.Equal("FactAttribute", Run("typeof(Xunit.FactAttribute).Name"));
    }
}
