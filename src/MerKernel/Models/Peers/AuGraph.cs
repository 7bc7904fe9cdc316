using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>Graph convolution over action units: embeddings of 40 values, twice propagated along the links and mixed, to [units, features].</summary>
public sealed class AuGraph : nn.Module<Tensor, Tensor>
{
    private const int Embedding = 40, Hidden = 80;

    private readonly Parameter embedding;
    private readonly Parameter weight1;
    private readonly Parameter weight2;
    private readonly int units;
    private float[] propagation;

    /// <summary>Creates the graph, without links until they are counted.</summary>
    /// <param name="units">Action units.</param>
    /// <param name="features">Values of each in the end.</param>
    public AuGraph(int units, int features) : base(nameof(AuGraph))
    {
        this.units = units;
        embedding = new Parameter(randn(units, Embedding));
        (weight1, weight2) = (Uniform(Embedding, Hidden), Uniform(Hidden, features));
        propagation = Propagation(new bool[0, units]);
        RegisterComponents();
    }

    /// <summary>Counts the links on training clips: A[i, j] is the share of i's clips that show j too, plus the identity.</summary>
    /// <param name="active">[clips, units], 0 or 1.</param>
    public void Count(Tensor active)
    {
        using var scope = NewDisposeScope();
        var (values, clips) = (active.cpu().contiguous().data<float>().ToArray(), (int)active.size(0));
        var shown = new bool[clips, units];
        for (var i = 0; i < values.Length; i++)
        {
            shown[i / units, i % units] = values[i] > 0;
        }

        propagation = Propagation(shown);
    }

    /// <summary>The action units' features, [units, features].</summary>
    /// <param name="input">Any tensor of the batch, for its device and type.</param>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var links = tensor(propagation, device: input.device).view(units, units).to_type(input.dtype);
        var x = nn.functional.leaky_relu(links.matmul(embedding.matmul(weight1)), 0.2);
        return nn.functional.leaky_relu(links.matmul(x.matmul(weight2)), 0.2).MoveToOuterDisposeScope();
    }

    /// <summary>D^-1/2 A^T D^-1/2, D the number of entries in A's row that are not zero.</summary>
    internal static float[] Propagation(bool[,] shown)
    {
        var (clips, units) = (shown.GetLength(0), shown.GetLength(1));
        var links = new double[units, units];
        for (var i = 0; i < units; i++)
        {
            var alone = Enumerable.Range(0, clips).Count(c => shown[c, i]);
            for (var j = 0; j < units; j++)
            {
                var together = Enumerable.Range(0, clips).Count(c => shown[c, i] && shown[c, j]);
                links[i, j] = (i != j && alone > 0 ? (double)together / alone : 0) + (i == j ? 1 : 0);
            }
        }

        var degree = Enumerable.Range(0, units).Select(i => Enumerable.Range(0, units).Count(j => links[i, j] != 0)).ToArray();
        return [.. from i in Enumerable.Range(0, units) from j in Enumerable.Range(0, units) select (float)(links[j, i] / Math.Sqrt(degree[i] * (double)degree[j]))];
    }

    private static Parameter Uniform(int from, int to)
    {
        var bound = 1 / Math.Sqrt(to);
        return new Parameter(nn.init.uniform_(empty(from, to), -bound, bound));
    }
}
