using System.Text.Json;
using CsCheck;
using MerKernel.Cli;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Notebooks, their parameters, and the command line.</summary>
public sealed class CommandFuzzTests(ITestOutputHelper log) : IDisposable
{
    const string Notebook = """
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "csharp-mer"}}, "cells": [
          {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Table 1\n", "words"]},
          {"cell_type": "code", "id": "b", "metadata": {"tags": ["parameters"]}, "outputs": [], "execution_count": null,
           "source": ["string profile = \"small\";\n", "int seed = 1;\n", "double rate = 0.5;\n", "bool all = true;\n", "long big = 1;\n", "float f = 1f;\n", "string[] names = [\"a\"];\n"]}]}
        """;

    // What finds its fault before it works: none of these may train or draw anything.
    static readonly string[][] Commands =
    [
        ["reproduce", "--data", "/nowhere"], ["tables", "--data", "/nowhere"],
        ["loso", "--data", "/nowhere", "--dataset", "samm"],
        ["train", "--data", "/nowhere", "--dataset", "samm", "--fold", "006"],
        ["cards", "--data", "/nowhere"], ["data", "check", "--data", "/nowhere"],
        ["data", "prepare", "--data", "/nowhere"],
        ["data", "show", "--data", "/nowhere", "x", "--out", "/nowhere/x.png"],
        ["data", "annotations", "--data", "/nowhere"], ["nonsense"], [],
    ];

    static readonly string[] Options =
    [
        "--profile", "--data", "--store", "--seed", "--seeds", "--held-out", "--workers", "--dataset", "--variant",
        "--fold", "--epochs", "--table", "--protocol", "--clips", "--json", "--markdown", "--size",
        "--classes", "--exclude", "--sheet", "--frames", "--alignment", "--no-face", "--unusable",
        "--reading", "--without-erratum", "--width-divisor", "--window", "-p", "--", "--help", "--version",
        "@/etc/passwd",
    ];

    readonly string _folder = Directory.CreateTempSubdirectory("mer-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Notebooks_and_their_parameters()
    {
        var names = Gen.OneOf(Mutations.One("profile", "seed", "rate", "all", "big", "f", "names", "none"),
            Mutations.Hostile);
        Fuzzer.Run(Gen.Select(Gen.OneOf(Gen.Const(Notebook), Mutations.OfText(Notebook)),
            Gen.Select(names, Mutations.Hostile).Array[1, 3]), testCase =>
            {
                var (text, values) = testCase;
                var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.ipynb");
                File.WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(text));
                try
                {
                    var notebook = NotebookRun.Read(path);
                    NotebookParameters.Inject(notebook, "x", [.. values.Select(v => $"{v.Item1}={v.Item2}")]);
                    var cell = notebook["cells"]!.AsArray()
                        .First(c => c!["source"]!.GetValueKind() == JsonValueKind.String
                            && c["source"]!.GetValue<string>().Contains(" = ", StringComparison.Ordinal));
                    MustBeAssignments(cell!["source"]!.GetValue<string>(), values.Length);
                }
                finally { File.Delete(path); }
            }, 500, 10, log);
    }

    [Fact]
    public void Options_and_their_values()
    {
        Environment.SetEnvironmentVariable("MER_ROOT", _folder);
        var (output, errors) = (Console.Out, Console.Error);
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        try
        {
            var line = Gen.Select(Mutations.One(Commands),
                Gen.Select(Mutations.One(Options), Mutations.Hostile.Where(v => v.Length < 5000)).Array[0, 4]);
            Fuzzer.Run(line, testCase =>
            {
                var (command, options) = testCase;
                // A value may not begin a command that works: the data stay nowhere.
                var code = RootCommands.Create()
                    .Parse([.. command, .. options.Where(o => o.Item1 is not ("--data" or "--sheet"))
                        .SelectMany(o => new[] { o.Item1, o.Item2 })])
                    .InvokeAsync(new()
                    {
                        EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
                        Output = TextWriter.Null, Error = TextWriter.Null
                    })
                    .GetAwaiter().GetResult();
                Assert.InRange(code, 0, 2);
            }, 300, 10, log);
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
            Environment.SetEnvironmentVariable("MER_ROOT", null);
        }
    }

    // One assignment a line: a value that ended its literal early could bring code of its own.
    static void MustBeAssignments(string source, int count)
    {
        var lines = source.Split('\n', '\r', '\u0085', '\u2028', '\u2029');
        Assert.Equal(count, lines.Length);
        foreach (var line in lines)
        {
            var value = line[(line.IndexOf('=') + 1)..^1].Trim();
            Assert.EndsWith(";", line, StringComparison.Ordinal);
            if (value.StartsWith('['))
                Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(value).RootElement.ValueKind);
            else if (value.StartsWith('"'))
                Assert.Equal(JsonValueKind.String, JsonDocument.Parse(value).RootElement.ValueKind);
            else Assert.Matches(@"^(true|false|-?[0-9][0-9.eE+-]*f?)$", value);
        }
    }
}
