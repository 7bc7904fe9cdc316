using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CSharpJupyter.Tests;

/// <summary>
/// What notebooks of .NET Interactive expect, one smallest cell for each. Right is what .NET Interactive gives, or what
/// C# says.
/// </summary>
public sealed class CompatibilityTests(SharedKernel shared) : IClassFixture<SharedKernel>
{
    readonly KernelClient _kernel = shared.Kernel;

    [Theory]
    [InlineData("1.234,5",
        "using System.Globalization;\n1234.5.ToString(\"N1\", CultureInfo.GetCultureInfo(\"de-DE\"))")]
    [InlineData("a A b B", "string.Join(\" \", new[]{\"b\",\"A\",\"a\",\"B\"}.Order())")]
    [InlineData("2", "var union = new HashSet<int>{1};\nunion.UnionWith(new[]{2});\nunion.Count")]
    [InlineData("3",
        "#r \"System.Threading.Tasks.Dataflow\"\nusing System.Threading.Tasks.Dataflow;\n" +
        "var b = new BufferBlock<int>(); b.Post(3); b.Receive()")]
    [InlineData("1", "#r \"System.Xml, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089\"\n1")]
    [InlineData("[1]", "Newtonsoft.Json.JsonConvert.SerializeObject(new[]{1})")]
    [InlineData("<null>", "null")]
    [InlineData("<null>", "string nothing = null; nothing")]
    [InlineData("1",
        "using Microsoft.DotNet.Interactive;\nusing Microsoft.DotNet.Interactive.Commands;\n" +
        "using Microsoft.DotNet.Interactive.Events;\n1")]
    [InlineData("4", "#!CSharp\n1 + 3")]
    [InlineData("2026-11-28 06:30:00Z", "new DateTime(2026, 11, 28, 6, 30, 0, DateTimeKind.Utc)")]
    [InlineData("True", "KernelInvocationContext.Current.CancellationToken.CanBeCanceled")]
    [InlineData("csharp", "Microsoft.DotNet.Interactive.Kernel.Root.Name")]
    [InlineData("DisplayedValue", "\"<b>x</b>\".DisplayAs(\"text/html\").GetType().Name")]
    public void A_value(string right, string cell) => Assert.Equal(right, _kernel.Execute(cell).Plain);

    [Theory]
    [InlineData("text/html", "<b>x</b>", "\"<b>x</b>\".DisplayAs(\"text/html\");")]
    [InlineData("text/csv", "A,B\n1,x\n2,y\n", "new[]{ new{A=1,B=\"x\"}, new{A=2,B=\"y\"} }.DisplayTable();")]
    [InlineData("text/html", "<script type=\"text/javascript\">1</script>", "Javascript(\"1\");")]
    [InlineData("text/html", "<style>p {}</style>", "CSS(\"p {}\");")]
    [InlineData("text/latex", "x^2",
        "using Microsoft.DotNet.Interactive.Formatting;\nnew LaTeXString(\"x^2\").Display();")]
    [InlineData("text/plain", "in context", "KernelInvocationContext.Current.Display(\"in context\");")]
    [InlineData("text/plain", "{\"a\": 1}", "#!value --name shown\n{\"a\": 1}")]
    public void A_display(string mime, string right, string cell) =>
        Assert.Equal(right, _kernel.Execute(cell).Published.First(p => p.Type == "display_data").Content["data"]![mime]!
            .GetValue<string>());

    [Fact]
    public void A_formatter_of_the_notebook_goes_first_for_elements_scalars_and_dates()
    {
        var run = _kernel.Execute("""
            using Microsoft.DotNet.Interactive.Formatting;
            class Tag1 { public int A { get; set; } }
            Formatter.Register<Tag1>((t, w) => w.Write($"<i>tag {t.A}</i>"), "text/html");
            Formatter.Register<TimeSpan>(t => $"<b>{t.Seconds} s</b>", "text/html");
            Formatter.Register<DateTime>(d => $"<b>{d.Year}</b>", "text/html");
            new List<Tag1> { new() { A = 1 }, new() { A = 2 } }
            """);
        Assert.Contains("<i>tag 1</i>", run.Result!["text/html"]!.GetValue<string>());
        Assert.Contains("<i>tag 2</i>", run.Result!["text/html"]!.GetValue<string>());
        Assert.Equal("<b>3 s</b>", _kernel.Execute("TimeSpan.FromSeconds(3)").Result!["text/html"]!.GetValue<string>());
        Assert.Equal("<b>1970</b>", _kernel.Execute("DateTime.UnixEpoch").Result!["text/html"]!.GetValue<string>());
        _kernel.Execute("Formatter.ResetToDefault();");
    }

    [Fact]
    public void A_list_of_objects_has_a_row_for_each()
    {
        var html = _kernel.Execute("new[] { new { A = 1, B = \"x\" }, new { A = 2, B = \"y\" } }").Result!["text/html"]!
            .GetValue<string>();
        Assert.Contains("<th>value</th>", html);
        Assert.Equal(2, html.Split("<details class=\"dni-treeview\">").Length - 1);
    }

    [Theory]
    [InlineData("#!frobnicate", "#!frobnicate\n1+1")]
    [InlineData("#!python3", "#!python3\nprint(1)")]
    [InlineData("#!fsharp", "1 + 1\n#!fsharp\nlet x = 1")]
    [InlineData("names no package", "#r \"nuget:\"")]
    [InlineData("names no package", "#r \"nuget: two words\"")]
    [InlineData("no option --nme", "#!set --nme x --value 3")]
    [InlineData("needs --name", "#!set --value 3")]
    [InlineData("no #!value none", "#!set --name x --value @value:none")]
    [InlineData("fsharp is no kernel here", "#!share --from fsharp x")]
    [InlineData("there is no file", "#!import \"nothing.cs\"")]
    public void What_is_refused_is_named_and_nothing_of_the_cell_runs(string named, string cell)
    {
        var run = _kernel.Execute(cell);
        Assert.Equal("error", run.Status);
        Assert.Contains(named, run.Error["evalue"]!.GetValue<string>());
        Assert.DoesNotContain(run.Published, p => p.Type is "execute_result" or "display_data");
    }

    [Fact]
    public void After_a_package_without_a_name_packages_still_come()
    {
        Assert.Equal("error", _kernel.Execute("#r \"nuget:\"").Status);
        Assert.Equal("StateMachine`2",
            _kernel.Execute("#r \"nuget: Stateless, 5.20.1\"\ntypeof(Stateless.StateMachine<int,int>).Name").Plain);
    }

    [Fact]
    public void After_a_package_that_cannot_be_loaded_packages_still_come()
    {
        using var kernel = new KernelClient();
        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "Stateless.dll");
        CSharpCompilation.Create("Stateless", [CSharpSyntaxTree.ParseText("public class Another;")],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new(OutputKind.DynamicallyLinkedLibrary)).Emit(file);
        Assert.Equal("ok", kernel.Execute($"#r \"{file}\"\nnew Another().ToString()").Status);
        Assert.Equal("AlreadyLoaded",
            kernel.Execute("#r \"nuget: Stateless, 5.20.1\"").Error["ename"]!.GetValue<string>());
        Assert.Equal("three",
            kernel.Execute("#r \"nuget: Humanizer.Core, 2.14.1\"\nusing Humanizer;\n3.ToWords()").Plain);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Plotly_js_comes_once_in_every_run_of_the_first_charts_cell()
    {
        // Without Chromium, whose pictures are not the matter here.
        var folder = Directory.CreateTempSubdirectory();
        var dotnet = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, "dotnet"))
            .First(File.Exists);
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "dotnet"), dotnet);
        using var kernel = new KernelClient(environment: [("PATH", folder.FullName)]);
        kernel.Execute("#r \"nuget: Plotly.NET, 6.0.0\"\nusing Plotly.NET;\nGenericChart Line() { var trace = new " +
            "Trace(\"scatter\"); trace.SetProperty(\"y\", new[] { 0.1, 0.4 }); return GenericChart.ofTraceObjects(" +
            "false, Microsoft.FSharp.Collections.ListModule.OfSeq(new[] { trace })); }");
        (int Charts, int Loaders) Shown(string cell, string code, params string[] deleted)
        {
            var all = kernel.Execute(code, metadata: new()
            {
                ["cellId"] = cell, ["deletedCells"] = new JsonArray([.. deleted.Select(d => JsonValue.Create(d))])
            }).Published
                .Select(p => p.Content["data"]?["text/html"]?.GetValue<string>() ?? "").ToList();
            return (all.Count(h => h.Contains("newPlot")), all.Count(h => h.Contains("data-loads")));
        }
        Assert.Equal((3, 1), Shown("first", "display(Line()); display(Line()); Line()"));
        Assert.Equal((1, 0), Shown("second", "Line()"));
        Assert.Equal((1, 1), Shown("first", "Line() // the cell was edited"));
        // A live chart is a chart again, and brings no second copy.
        Assert.Equal((2, 0), Shown("second", "var live = Line().Display(); live.Update(Line());"));
        Assert.Equal((2, 2), Shown("first", "display(Line()); clear_output(); display(Line());"));
        // The notebook lost the script with the output, or the cell, that it was in.
        Assert.Equal((0, 0), Shown("first", "1"));
        Assert.Equal((1, 1), Shown("second", "Line()"));
        Assert.Equal((1, 0), Shown("third", "Line()", "first"));
        Assert.Equal((1, 1), Shown("third", "Line()", "second"));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_package_that_brings_what_the_kernel_refers_to_leaves_its_helpers()
    {
        using var kernel = new KernelClient();
        kernel.Execute("display(1); HTML(\"x\").Display();");
        Assert.Equal("ok", kernel.Execute("#r \"nuget: Microsoft.CodeAnalysis.CSharp, 5.0.0\"").Status);
        var run = kernel.Execute("display(new StringBuilder(\"shown\").ToString()); 1.Display(); while (true) break; " +
            "Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier(\"x\")");
        Assert.True(run.Plain == "True", run.Reply.ToString());
    }

    [Fact]
    public void A_package_that_brings_NET_Interactive_leaves_the_session_whole()
    {
        Assert.Equal("ok", _kernel.Execute("#r \"nuget: Plotly.NET.Interactive, 6.0.0\"").Status);
        Assert.Equal("2", _kernel.Execute("1+1").Plain);
        Assert.Equal("alive\n", _kernel.Execute("Console.WriteLine(\"alive\");").Stream("stdout"));
        var shown = _kernel.Execute("display(\"shown\");");
        Assert.True(shown.Status == "ok", shown.Reply.ToString());
        Assert.Equal("shown",
            shown.Published.Single(p => p.Type == "display_data").Content["data"]!["text/plain"]!.GetValue<string>());
    }

    [Fact]
    public void A_package_that_needs_cultures_works()
    {
        _kernel.Execute("#r \"nuget: Humanizer.Core, 2.14.1\"\nusing Humanizer;");
        Assert.Equal("three", _kernel.Execute("3.ToWords()").Plain);
    }

    [Fact]
    public void Files_are_imported()
    {
        var folder = Directory.CreateTempSubdirectory();
        void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);
        Write("helper.cs", "int Triple(int n) => 3 * n;");
        Write("helper.dib",
            "#!meta\n\n{\"kernelInfo\":{}}\n\n#!markdown\n\n*dib*\n\n#!csharp\n\nint Quadruple(int n) => 4 * n;\n");
        Write("helper.ipynb", JsonSerializer.Serialize(new
        {
            cells = new object[]
            {
                new { cell_type = "code", source = new[] { "var seven = 7;" }, metadata = new { } },
                new { cell_type = "markdown", source = "# Heading", metadata = new { } },
                new
                {
                    cell_type = "code", source = "string Shout(string s) => s.ToUpperInvariant();", metadata = new { }
                },
            },
        }));
        _kernel.Execute($"#!import \"{folder.FullName}/helper.cs\"");
        Assert.Equal("12", _kernel.Execute("Triple(4)").Plain);
        var run = _kernel.Execute($"#!import \"{folder.FullName}/helper.ipynb\"");
        Assert.Equal("# Heading",
            run.Published.Single(p => p.Type == "display_data").Content["data"]!["text/markdown"]!.GetValue<string>());
        Assert.Equal("OK7", _kernel.Execute("Shout(\"ok\" + seven)").Plain);
        Assert.Equal("16", _kernel.Execute($"#!import {folder.FullName}/helper.dib\nQuadruple(4)").Plain);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Values_are_set_and_shared()
    {
        Assert.Equal("ok", _kernel.Execute("#!set --name city --value @input:\"which city?\"", stdin: true,
            answer: () => "Rome").Status);
        Assert.Equal("Rome", _kernel.Execute("city").Plain);
        Assert.Equal("String3", _kernel.Execute("#!set --name number --value 3\nnumber.GetType().Name + number").Plain);
        Assert.Equal("a b", _kernel.Execute("#!set --name words --value \"a b\"\nwords").Plain);
        Assert.Equal("6", _kernel.Execute(
            "var list = new List<int> { 1, 2, 3 };\n#!set --name copy --value @csharp:list\ncopy.Sum()").Plain);
        Assert.Equal("{\"a\": 1}", _kernel.Execute(
            "#!value --name data\n{\"a\": 1}\n#!csharp\n#!share --from value data --as text\ntext").Plain);
        Assert.Equal("6",
            _kernel.Execute("#!set --name secret --value @password:\"secret?\"\nsecret.GetClearTextPassword().Length",
                stdin: true, answer: () => "hidden").Plain);
        Assert.Equal("6", _kernel.Execute("var p = await " +
            "Microsoft.DotNet.Interactive.Kernel.GetPasswordAsync(\"secret?\"); " +
            "p.GetClearTextPassword().Length", stdin: true, answer: () => "hidden").Plain);
    }

    [Fact]
    public void Commands_run_at_their_place_in_the_cell()
    {
        using var kernel = new KernelClient();
        var run = kernel.Execute("var first = 1;\n#!who\nvar second = 2;\n#!whos");
        Assert.Equal("first\nfirst\tInt32\t1\nsecond\tInt32\t2\n", run.Stream("stdout"));
    }

    [Theory]
    [InlineData("html", "<b>bold</b>", "text/html")]
    [InlineData("markdown", "*x*", "text/markdown")]
    public void The_language_in_the_metadata_of_a_cell_is_honoured(string language, string code, string mime)
    {
        var run = _kernel.Execute(code,
            metadata: new() { ["polyglot_notebook"] = new JsonObject { ["kernelName"] = language } });
        Assert.Equal(code,
            run.Published.Single(p => p.Type == "display_data").Content["data"]![mime]!.GetValue<string>());
    }

    [Theory]
    [InlineData("polyglot_notebook", "kernelName")]
    [InlineData("dotnet_interactive", "language")]
    public void Or_refused(string section, string name)
    {
        var run = _kernel.Execute("let y = 1", metadata: new() { [section] = new JsonObject { [name] = "fsharp" } });
        Assert.StartsWith("fsharp is a language that this C# kernel does not run",
            run.Error["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void Code_is_submitted_from_a_cell()
    {
        Assert.Equal("5", _kernel.Execute("await Microsoft.DotNet.Interactive.Kernel.Root.SubmitCodeAsync(\"var " +
            "submitted = 5; submitted\");").Published
            .Single(p => p.Type == "display_data").Content["data"]!["text/plain"]!.GetValue<string>());
        Assert.Equal("5", _kernel.Execute("submitted").Plain);
        Assert.Equal("CommandFailed",
            _kernel.Execute("(await Microsoft.DotNet.Interactive.Kernel.Root.SubmitCodeAsync(\"1 " +
                "+\")).Events.Last().GetType().Name").Plain);
    }

    [Fact]
    public void History_is_searched_for_what_differs()
    {
        using var kernel = new KernelClient();
        foreach (var cell in new[] { "1", "1", "2", "1" }) kernel.Execute(cell);
        JsonArray Found(bool unique) => kernel.Ask("history_request", new()
        {
            ["hist_access_type"] = "search", ["pattern"] = "1*", ["unique"] = unique, ["output"] = false, ["raw"] = true
        })["history"]!.AsArray();
        Assert.Equal([(4, "1")], Found(true).Select(h => (h![1]!.GetValue<int>(), h[2]!.GetValue<string>())));
        Assert.Equal(3, Found(false).Count);
    }

    [Fact]
    public void A_source_of_packages_needs_no_quotes()
    {
        using var kernel = new KernelClient();
        Assert.Equal("ok", kernel.Execute($"#i nuget:{Path.GetTempPath()}").Status);
    }
}
