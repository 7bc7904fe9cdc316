using MerKernel.Interpretability;
using MerKernel.Reports.Attention;

namespace MerKernel.Tests.Reporting;

/// <summary>The window that shows clips in two components.</summary>
public class EmbeddingChartTests
{
    static EmbeddingChart.Plane Of(params double[] firstComponent) =>
        new(new PrincipalComponents([.. firstComponent.Select((x, i) => new[] { x, i % 10 })], [], [0.9, 0.1]));

    [Fact]
    public void A_few_clips_far_out_are_at_the_edge_with_their_place()
    {
        // 98 clips from 0 to 9.7, two far to the right.
        var plane = Of([.. Enumerable.Range(0, 98).Select(i => i / 10.0), 120, 250]);
        Assert.Equal(["→ 120", "→ 250"], plane.Outside.Select(o => o.Words));
        // Three of a hundred may be outside at either end, so the middle runs from 0.3 to 9.6; half of it is let in.
        Assert.All(plane.Outside, o => Assert.Equal(9.6 + 4.65, o.X, 6));
        Assert.Equal(9.6 + 4.65, plane.Place(99, 0), 6);
        Assert.Equal(5.0, plane.Place(50, 0), 6);
        Assert.InRange(plane.Range(0)[1], 14.25, 16);
    }

    [Fact]
    public void Clips_that_only_lead_the_others_stay_inside() =>
        Assert.Empty(Of([.. Enumerable.Range(0, 100).Select(i => i / 10.0)]).Outside);

    [Fact]
    public void One_clip_has_a_window_too()
    {
        var range = Of(3).Range(0);
        Assert.True(range[0] < 3 && range[1] > 3);
    }
}
