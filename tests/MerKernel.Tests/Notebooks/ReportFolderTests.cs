using System.Text.Json.Nodes;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Tests.Notebooks;

public class ReportFolderTests
{
    [Theory]
    [InlineData("profile=tiny", "tiny-synthetic")]
    [InlineData("precision=bf16", "small-synthetic-bf16")]
    // On a GPU that is the usual one.
    [InlineData("device=cuda", "small-synthetic-bf16")]
    // Another network's page takes no place of the run's.
    [InlineData("seeds=1,2,3", "small-synthetic")]
    [InlineData("learningRate=1e-3", "small-synthetic-learningRate-1e-3")]
    [InlineData("precision=null", "small-synthetic")]
    [InlineData("data=null", "small-synthetic")]
    public void Executed_notebooks_go_where_the_report_of_their_run_looks(string parameter, string folder) =>
        Assert.Equal(folder, Path.GetFileName(MerKernel.Cli.Commands.NotebooksCommand.FolderFor([parameter])));

    // A kernel runs in the notebook's folder.
    [Theory]
    [InlineData("data=faces", true)]
    [InlineData("backbone=swin.safetensors", true)]
    [InlineData("data=null", false)]
    [InlineData("device=cuda", false)]
    public void Paths_among_parameters_are_meant_from_the_callers_folder(string parameter, bool isPath)
    {
        var (name, value) = parameter.Split('=') is [var a, var b] ? (a, b) : default;
        Assert.Equal(isPath ? $"{name}={Path.Combine(Directory.GetCurrentDirectory(), value)}" : parameter,
            MerKernel.Cli.Commands.NotebooksCommand.Absolute(parameter));
    }

    [Theory]
    [InlineData("/data/faces", "/data/faces")]
    [InlineData("/my data/o'neill", "'/my data/o'\\''neill'")]
    [InlineData("", "''")]
    public void Words_of_commands_to_paste_are_quoted_where_the_shell_needs_it(string word, string written) =>
        Assert.Equal(written, Shell.Word(word));

    [Fact]
    public void A_notebook_is_not_replaced_by_its_executed_copy()
    {
        using var folder = new TemporaryFolder();
        var notebook = folder.File("mine.ipynb");
        File.WriteAllText(notebook, """{ "cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5 }""");
        Assert.Contains("name another folder with --out", Assert.Throws<UserErrorException>(() =>
        {
            NotebookRun.Execute("/checkout", notebook, [], folder.Path, default);
        }).Message);
    }

    static void Write(string folder, string name, params (string Source, string? Tag)[] cells) =>
        Write(folder, name, "small: a", cells);

    static void Write(string folder, string name, string? run, params (string Source, string? Tag)[] cells)
    {
        var outputs = run is null ? new JsonArray() : new JsonArray(new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["text/html"] = new JsonArray("<span hidden data-mer", $"-run=\"{run.Replace("&", "&amp;")}\"></span>")
            }
        });
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".ipynb"), new JsonObject
        {
            ["cells"] = new JsonArray([.. cells.Select(c => new JsonObject
            {
                ["cell_type"] = "code", ["outputs"] = outputs.DeepClone(), ["source"] = c.Source,
                ["metadata"] = c.Tag is null ? [] : new JsonObject { ["tags"] = new JsonArray(c.Tag) },
            })]),
        }.ToJsonString());
    }

    [Fact]
    public void It_says_what_was_not_executed_and_what_changed_since()
    {
        using var temporary = new TemporaryFolder();
        var (reports, notebooks) = (Path.Combine(temporary.Path, "reports"), Path.Combine(temporary.Path, "notebooks"));
        foreach (var name in (string[])["01-same", "02-changed", "03-missing"])
            Write(notebooks, name, ("1 + 1", "parameters"));
        Write(reports, "01-same", ("1 + 1", "parameters"), ("seed = 2;", "injected-parameters"));
        Write(reports, "02-changed", ("1 + 2", "parameters"));
        // No command executes a user's own notebook without parameters on this run.
        foreach (var name in (string[])["my-changed", "my-fold"]) Write(notebooks, name, ("1 + 1", null));
        Write(reports, "my-changed", ("1 + 2", null));
        var state = ReportFolder.Of(reports, notebooks, "small: a");
        Assert.Equal(["01-same.ipynb", "02-changed.ipynb", "my-changed.ipynb"],
            state.Executed.Select(Path.GetFileName));
        Assert.Equal(["03-missing"], state.Missing.ToArray());
        Assert.Equal(["02-changed"], state.Outdated.ToArray());
    }

    [Fact]
    public void A_notebook_of_another_run_is_none_of_this_report()
    {
        using var temporary = new TemporaryFolder();
        var (reports, notebooks) = (Path.Combine(temporary.Path, "reports"), Path.Combine(temporary.Path, "notebooks"));
        foreach (var name in (string[])["01-own", "02-other"])
            Write(notebooks, name, ("1 + 1", "parameters"));
        Write(reports, "01-own", "small: CASME II a & b", ("1 + 1", null));
        Write(reports, "02-other", "paper: CASME II c", ("1 + 1", null));
        Write(reports, "03-unmarked", null, ("1 + 1", null));
        var state = ReportFolder.Of(reports, notebooks, "small: CASME II a & b");
        Assert.Equal(["01-own.ipynb"], state.Executed.Select(Path.GetFileName));
        Assert.Equal([("02-other", "paper: CASME II c"), ("03-unmarked", "names no run")], state.Others.AsEnumerable());
        Assert.Equal(["02-other"], state.Missing.ToArray());
    }
}
