using System.Text.Json.Nodes;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Tests.Notebooks;

/// <summary>Values from the command line for the cell tagged parameters.</summary>
public sealed class NotebookParametersTests
{
    const string Declared = "string profile = \"small\"; // the run\nint[] seeds = [1];\nint epochs = 15;\n" +
        "double rate = 1e-4;\nvar face = true;\nstring[] sets = [\"casme2\"];\nfloat? share = null;\n" +
        "DateTime day = DateTime.Now;";

    static JsonObject Notebook() => new()
    {
        ["cells"] = new JsonArray(
            new JsonObject
            {
                ["cell_type"] = "code", ["id"] = "a",
                ["metadata"] = new JsonObject { ["tags"] = new JsonArray("parameters") }, ["source"] = Declared
            },
            new JsonObject { ["cell_type"] = "code", ["id"] = "b", ["metadata"] = new JsonObject(), ["source"] = "1" }),
    };

    static string Injected(params string[] assignments)
    {
        var notebook = Notebook();
        NotebookParameters.Inject(notebook, "table1", assignments);
        var cell = notebook["cells"]![1]!;
        Assert.Equal(("injected-parameters", "injected-parameters"),
            (cell["metadata"]!["tags"]![0]!.GetValue<string>(), cell["id"]!.GetValue<string>()));
        return cell["source"]!.GetValue<string>();
    }

    [Theory]
    [InlineData("profile=it's \"paper\"", "profile = \"it's \\\"paper\\\"\";")]
    [InlineData("seeds=1,2, 3", "seeds = [1, 2, 3];")]
    [InlineData("sets=casme2,samm", "sets = [\"casme2\", \"samm\"];")]
    [InlineData("epochs=80", "epochs = 80;")]
    [InlineData("rate=0.0005", "rate = 0.0005;")]
    [InlineData("face=False", "face = false;")]
    [InlineData("share=0.5", "share = 0.5f;")]
    [InlineData("share=null", "share = null;")]
    public void A_value_is_written_as_its_declared_type(string assignment, string statement) =>
        Assert.Equal(statement, Injected(assignment));

    [Theory]
    [InlineData("epochs=many", "-p epochs=many: epochs is a whole number.")]
    [InlineData("seeds=1,x", "-p seeds=1,x: seeds is a list of whole numbers like 1,2,3.")]
    [InlineData("rate=NaN", "-p rate=NaN: rate is a number.")]
    [InlineData("share=half", "-p share=half: share is a number, or null.")]
    [InlineData("face=2", "-p face=2: face is true or false.")]
    [InlineData("day=1", "-p day=1: only texts, numbers, true or false and lists of these can be given, day is a " +
        "DateTime.")]
    [InlineData("depth=3", "no parameter depth; it has profile, seeds, epochs, rate, face, sets, share, day")]
    [InlineData("epochs", "not of the form name=value")]
    public void What_does_not_fit_is_refused_with_a_sentence(string assignment, string why) =>
        Assert.Contains(why, Assert.Throws<UserErrorException>(() => Injected(assignment)).Message);

    [Fact]
    public void Without_values_the_notebook_stays_as_it_is()
    {
        var notebook = Notebook();
        NotebookParameters.Inject(notebook, "table1", []);
        Assert.Equal(2, notebook["cells"]!.AsArray().Count);
    }
}
