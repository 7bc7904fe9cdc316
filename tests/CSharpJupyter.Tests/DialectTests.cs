using System.Text.Json.Nodes;

namespace CSharpJupyter.Tests;

/// <summary>.NET Interactive's C# dialect.</summary>
public sealed class DialectTests(SharedKernel shared) : IClassFixture<SharedKernel>
{
    readonly KernelClient _kernel = shared.Kernel;

    string Html(string code) => _kernel.Execute(code).Published
        .First(p => p.Type is "execute_result" or "display_data").Content["data"]!["text/html"]!.GetValue<string>();

    [Fact]
    public void Types_are_redefined_and_usings_kept_across_cells()
    {
        _kernel.Execute("using System.Globalization;\nrecord Clip(int Onset);");
        _kernel.Execute("record Clip(int Onset, int Apex);");
        Assert.Equal("Clip { Onset = 1, Apex = 2 }", _kernel.Execute("new Clip(1, 2).ToString()").Plain);
        Assert.Equal("1.5", _kernel.Execute("1.5.ToString(CultureInfo.InvariantCulture)").Plain);
    }

    [Fact]
    public void A_value_is_shown_and_updated_in_place()
    {
        var run = _kernel.Execute("var shown = display(\"before\"); shown.Update(\"after\");");
        var (first, second) = (run.Published.Single(p => p.Type == "display_data").Content,
            run.Published.Single(p => p.Type == "update_display_data").Content);
        Assert.Equal(first["transient"]!["display_id"]!.GetValue<string>(),
            second["transient"]!["display_id"]!.GetValue<string>());
        Assert.Equal(("before", "after"),
            (first["data"]!["text/plain"]!.GetValue<string>(), second["data"]!["text/plain"]!.GetValue<string>()));
        var later = _kernel.Execute("shown.Update(\"much later\");").Published
            .Single(p => p.Type == "update_display_data").Content;
        Assert.Equal(first["transient"]!["display_id"]!.GetValue<string>(),
            later["transient"]!["display_id"]!.GetValue<string>());
    }

    [Fact]
    public void Display_HTML_and_registered_formatters_give_markup()
    {
        Assert.Equal("<b>x</b>", Html("HTML(\"<b>x</b>\").Display();"));
        Assert.Equal("<i>7</i>", Html(
            "record Point(int X);\nFormatter.Register<Point>(p => $\"<i>{p.X}</i>\", \"text/html\");\nnew Point(7)"));
    }

    [Fact]
    public void Html_of_a_value_is_not_repeated_as_plain_text()
    {
        var data = _kernel.Execute("HTML(new string('x', 5000))").Result!;
        Assert.Equal(5000, data["text/html"]!.GetValue<string>().Length);
        Assert.True(data["text/plain"]!.GetValue<string>().Length < 1000);
    }

    [Fact]
    public void A_using_declaration_of_a_cell_is_told_what_to_write()
    {
        var error = _kernel.Execute("using var memory = new System.IO.MemoryStream();\nmemory.Length").Error["evalue"]!
            .GetValue<string>();
        Assert.Contains("'using var memory = ...' works in a function only: write 'var memory = ...'", error);
        // A forgotten semicolon is another matter.
        Assert.DoesNotContain("works in a function",
            _kernel.Execute("using System.Text\nvar x = 1;").Error["evalue"]!.GetValue<string>());
        Assert.Equal("0", _kernel.Execute("long Length() { using var memory = new System.IO.MemoryStream(); return " +
            "memory.Length; }\nLength()").Plain);
    }

    [Fact]
    public void Magics_switch_language_and_measure_time()
    {
        Assert.Equal("<u>y</u>", Html("#!html\n<u>y</u>"));
        Assert.Equal("**z**", _kernel.Execute("#!markdown\n**z**").Published
            .Single(p => p.Type == "display_data").Content["data"]!["text/markdown"]!.GetValue<string>());
        var timed = _kernel.Execute("#!time\nawait Task.Delay(30);").Published
            .Single(p => p.Type == "display_data").Content["data"]!["text/plain"]!.GetValue<string>();
        Assert.Matches(@"^Wall time: \d{2,}(\.\d+)?ms$", timed);
        Assert.Equal("3", _kernel.Execute("#!markdown\n# Title\n#!csharp\n1 + 2").Plain);
    }

    [Fact]
    public void A_magic_of_another_language_gets_one_sentence()
    {
        var run = _kernel.Execute("#!pwsh\nGet-ChildItem");
        Assert.Equal("error", run.Status);
        Assert.StartsWith("#!pwsh is a magic that this C# kernel does not know",
            run.Error["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void A_directive_inside_a_raw_string_is_text()
    {
        Assert.Equal("#r \"nothing.dll\"", _kernel.Execute("\"\"\"\n#r \"nothing.dll\"\n\"\"\"").Plain);
    }

    [Fact]
    public void A_file_is_loaded_with_paths_from_where_it_lies()
    {
        var folder = Directory.CreateTempSubdirectory();
        File.WriteAllText(Path.Combine(folder.FullName, "a.csx"), "#load \"b.csx\"\nint Twice(int x) => Two * x;");
        File.WriteAllText(Path.Combine(folder.FullName, "b.csx"), "const int Two = 2;");
        Assert.Equal("8", _kernel.Execute($"#load \"{folder.FullName}/a.csx\"\nTwice(4)").Plain);
        Assert.Contains("there is no file",
            _kernel.Execute("#load \"missing.csx\"").Error["evalue"]!.GetValue<string>());
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_file_runs_once_in_a_cell_and_again_in_the_next()
    {
        var folder = Directory.CreateTempSubdirectory();
        void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);
        string Load(string name) => $"#load \"{folder.FullName}/{name}\"\n";
        Write("circle.csx", "#load \"back.csx\"\nvar circle = 1;");
        Write("back.csx", "#!import circle.csx\nvar back = 2;");
        Write("common.csx", "record Spot(int X);\nConsole.Write(\"common \");");
        Write("left.csx", "#load \"common.csx\"\nSpot Left() => new(6);");
        Write("right.csx", "#load \"common.csx\"\nint Right(Spot spot) => 7 * spot.X;");
        Assert.Equal("3", _kernel.Execute(Load("circle.csx") + "circle + back").Plain);
        for (var i = 0; i < 2; i++)
        {
            var run = _kernel.Execute(Load("left.csx") + Load("right.csx") + "Right(Left())");
            Assert.Equal(("common ", "42"), (run.Stream("stdout"), run.Plain));
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_library_is_referenced_by_path_with_its_completion()
    {
        // CsCheck lies next to the tests and is no part of the kernel.
        var path = Path.Combine(AppContext.BaseDirectory, "CsCheck.dll");
        Assert.Equal("ok", _kernel.Execute($"#r \"{path}\"\nusing CsCheck;\nvar gen = Gen.Int[1, 3];").Status);
        var matches = _kernel.Ask("complete_request", new() { ["code"] = "Gen.Sel", ["cursor_pos"] = 7 })["matches"]!
            .AsArray().Select(m => m!.GetValue<string>());
        Assert.Contains("Select", matches);
        Assert.Contains("there is no file", _kernel.Execute("#r \"missing.dll\"").Error["evalue"]!.GetValue<string>());
    }

    [Fact]
    public void Completion_counts_code_points_and_knows_the_session()
    {
        _kernel.Execute("var temperature = 1.0;");
        var reply = _kernel.Ask("complete_request",
            new() { ["code"] = "var s = \"😀😀\"; tempera", ["cursor_pos"] = 21 });
        Assert.Equal(["temperature"], reply["matches"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.Equal((14, 21), (reply["cursor_start"]!.GetValue<int>(), reply["cursor_end"]!.GetValue<int>()));
    }

    [Fact]
    public void Inspection_shows_signature_and_type()
    {
        var reply = _kernel.Ask("inspect_request",
            new() { ["code"] = "Math.Max(1, 2)", ["cursor_pos"] = 7, ["detail_level"] = 0 });
        Assert.Contains("Math.Max", reply["data"]!["text/plain"]!.GetValue<string>());
        Assert.False(
            _kernel.Ask("inspect_request", new() { ["code"] = "   ", ["cursor_pos"] = 1 })["found"]!.GetValue<bool>());
    }
}
