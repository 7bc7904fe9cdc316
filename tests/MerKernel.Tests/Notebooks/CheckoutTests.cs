using MerKernel.Cli;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Tests.Notebooks;

/// <summary>One checkout that many can only read, each with a folder of their own.</summary>
public sealed class CheckoutTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    readonly List<string> _said = [];

    string Root(string name = "") => Path.Combine(_folder, "mine", name);

    void Write(string notebook, string text)
    {
        var file = Path.Combine(_folder, "checkout", "notebooks", notebook);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    string Notebooks() => Checkout.Notebooks(Path.Combine(_folder, "checkout"), Root(), "/builds/cpu/", _said.Add);

    [Fact]
    public void A_root_of_ones_own_has_copies_of_the_notebooks_that_load_the_checkouts_build()
    {
        Write("mer.csx", "library");
        Write("13-table3.ipynb", "three");
        Assert.Equal(Root("notebooks"), Notebooks());
        Assert.Equal(("library", "three"), (File.ReadAllText(Root("notebooks/mer.csx")),
            File.ReadAllText(Root("notebooks/13-table3.ipynb"))));
        Assert.Equal("/builds/cpu", new FileInfo(Root("artifacts/in-use")).LinkTarget);
        Checkout.Notebooks(Path.Combine(_folder, "checkout"), Root(), "/builds/cuda/", _said.Add);
        Assert.Equal("/builds/cuda", new FileInfo(Root("artifacts/in-use")).LinkTarget);
        Assert.Empty(_said);
    }

    [Fact]
    public void Unchanged_copies_follow_the_checkout_and_changed_ones_stay()
    {
        foreach (var name in (string[])["mer.csx", "00-data.ipynb", "01-network.ipynb"]) Write(name, "old");
        Notebooks();
        File.WriteAllText(Root("notebooks/01-network.ipynb"), "with my cell");
        File.WriteAllText(Root("notebooks/mine.ipynb"), "mine");
        Notebooks();
        Assert.Empty(_said);
        foreach (var name in (string[])["mer.csx", "00-data.ipynb", "01-network.ipynb", "02-one-fold.ipynb"])
            Write(name, "new");
        Notebooks();
        Assert.Equal(["new", "new", "with my cell", "new", "mine"],
            ((string[])["mer.csx", "00-data.ipynb", "01-network.ipynb", "02-one-fold.ipynb", "mine.ipynb"])
            .Select(n => File.ReadAllText(Root($"notebooks/{n}"))));
        Assert.StartsWith("01-network.ipynb in ", Assert.Single(_said));
        // As the message says.
        File.Delete(Root("notebooks/01-network.ipynb"));
        Notebooks();
        Assert.Equal("new", File.ReadAllText(Root("notebooks/01-network.ipynb")));
        Assert.Single(_said);
    }

    [Fact]
    public void In_the_checkout_itself_and_next_to_a_published_folder_nothing_is_copied()
    {
        Write("13-table3.ipynb", "three");
        Write("mer.csx", "library");
        foreach (var checkout in (string[])[Path.Combine(_folder, "checkout"), Path.Combine(_folder, "published")])
        {
            Assert.Equal(Path.Combine(checkout, "notebooks"),
                Checkout.Notebooks(checkout, checkout, "/builds/cpu/", _said.Add));
            Assert.False(Directory.Exists(Path.Combine(checkout, "artifacts")));
        }
    }

    [Theory]
    [InlineData("/opt/mer", "/opt/mer/mer", true)]
    [InlineData("/home/ann/mer", "/opt/mer/mer", false)]
    [InlineData("/opt/mer", null, false)]
    public void Who_may_only_read_the_launchers_folder_is_told_of_MER_ROOT(string root, string? launcher, bool told)
    {
        var denied = new UnauthorizedAccessException($"Access to the path '{root}/results/runs' is denied.",
            new IOException("Permission denied", 13));
        foreach (var cause in (Exception[])[denied, AtomicFile.Unwritable($"{root}/results/runs/x.json", denied)])
        {
            var cure = Failure.Elsewhere(cause, root, launcher);
            Assert.Equal(told, cure is not null);
            if (told) Assert.Contains("export MER_ROOT=$HOME/mer", cure);
        }
        Assert.Null(Failure.Elsewhere(new UserErrorException($"{root}/data holds no sheet."), root, launcher));
    }

    public void Dispose() => _folder.Dispose();
}
