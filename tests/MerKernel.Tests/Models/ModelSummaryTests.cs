using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Models;

public class ModelSummaryTests
{
    [Fact]
    public void The_full_network_costs_what_the_layer_table_says_counted_by_hand()
    {
        var summary = ModelSummary.Of(new MerNetOptions());

        // Output positions x kernel area x channels in x channels out.
        long Cva(long cin, long cout, long side, bool shortcut) =>
            side * side * (9 * cin * cout + cout * cout + (shortcut ? cin * cout : 0));
        long Strip(long c, long side, long previous = 0) => side * (2 * c * 8 + previous * c);
        var motion = 112 * 112 * (27L * 180 + 9 * 180 * 128)
            + Cva(128, 128, 112, false) + Cva(128, 128, 56, true) + Cva(128, 256, 28, true) + Cva(256, 512, 14, true)
            + Strip(128, 112) + Strip(128, 56) + Strip(256, 28, 128) + Strip(512, 14, 256);

        // Per token: q, k, v and projection 4C^2, MLP 8C^2, and 2 x 49 x C for products with the 49 keys and values of
        // its window.
        long Stage(long c, long side, long blocks) => blocks * side * side * (12 * c * c + 2 * 49 * c);
        var frame = 56 * 56 * 48L * 128 + Stage(128, 56, 2) + Stage(256, 28, 2) + Stage(512, 14, 6)
            + 28 * 28 * 4L * 128 * 256 + 14 * 14 * 4L * 256 * 512;
        var head = 100_352L * 512 + 533 * 128 + 128 * 5;

        Assert.Equal(motion + 2 * frame + head, summary.Macs);

        // 19.3 GMAC are the network with a 1x1 shortcut in block 1 as well (equation 2 as printed); here, as in the
        // published code, it is the identity.
        Assert.Equal(19.1, Math.Round(summary.Macs / 1e9, 1));
        Assert.Equal(19.3, Math.Round((summary.Macs + 112L * 112 * 128 * 128) / 1e9, 1));
        Assert.Equal(75.7, Math.Round(summary.Parameters / 1e6, 1));
    }

    [Fact]
    public void ResNet18_costs_the_published_1_81_GMAC()
    {
        var summary = ModelSummary.Of(Tables.ChangeNamed("baseline").Of(new MerNetOptions()).Model, actionUnits: false);
        Assert.Equal(1.81, Math.Round(summary.Macs / 1e9, 2));
    }

    [Fact]
    public void ViT_in_place_of_Swin_changes_the_cost_by_the_hand_counted_difference()
    {
        var swin = ModelSummary.Of(new MerNetOptions());
        var vit = ModelSummary.Of(Tables.ChangeNamed("vit").Of(new MerNetOptions()).Model);

        // Both frames, 196 patches of 16 x 16 pixels: embedding, and per block 12C^2 a patch and all pairs of patches
        // twice.
        const long C = 512, Patches = 196;
        var expected = 2 * (Patches * 768 * C + 2 * (12 * Patches * C * C + 2 * Patches * Patches * C));
        long Position(ModelSummary summary) => summary.Layers
            .Where(layer => layer.Name.StartsWith("position.", StringComparison.Ordinal)).Sum(layer => layer.Macs);
        Assert.Equal(expected, Position(vit));
        Assert.Equal(swin.Macs - Position(swin), vit.Macs - Position(vit));
    }

    [Theory]
    [MemberData(nameof(Networks.VariantNames), MemberType = typeof(Networks))]
    public void Every_parameter_of_every_variant_is_counted_once(string variant)
    {
        using var network = Networks.Create(variant);
        Assert.Equal(network.parameters().Sum(parameter => parameter.numel()),
            ModelSummary.Of(Networks.Small(variant), network.SeesActionUnits).Parameters);
    }
}
