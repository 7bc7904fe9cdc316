using System.Buffers.Binary;
using System.Text;
using CsCheck;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Weights;

public class SafetensorsTests
{
    [Fact]
    public void A_file_is_a_length_json_and_raw_little_endian_values()
    {
        using var folder = new WeightFolder();
        using var scope = NewDisposeScope();
        var path = folder.File("w.safetensors");
        Safetensors.Write(path,
            new Dictionary<string, Tensor>
            {
                ["b"] = torch.tensor(new long[] { 7 }), ["a"] = torch.tensor(new float[,] { { 1, -2 } })
            },
            new Dictionary<string, string> { ["k"] = "v" });
        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(
            """{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}""",
            Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal("0000803F000000C00700000000000000", Convert.ToHexString(bytes.AsSpan(8 + length)));
    }

    [Fact]
    public void What_is_written_is_read_back_for_every_type_and_shape()
    {
        ScalarType[] types =
        [
            ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
            ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ];
        var type = Gen.Int[0, types.Length - 1].Select(i => types[i]);
        var tensors = Gen.Select(type, Gen.Long[0, 4].Array[0, 3]).Array[1, 4];
        using var folder = new WeightFolder();
        var path = folder.File("w.safetensors");
        tensors.Sample(
            all =>
            {
                using var scope = NewDisposeScope();
                var written = all.Select((t, i) => (Name: $"t{i}",
                    Tensor: (torch.arange(1, 1 + t.Item2.Aggregate(1L, (a, b) => a * b)) % 3)
                        .view(t.Item2).to(t.Item1)))
                    .ToDictionary(t => t.Name, t => t.Tensor);
                Safetensors.Write(path, written);
                var read = Safetensors.Read(path);
                Assert.Equal(written.Keys.Order(), read.Keys.Order());
                foreach (var (name, tensor) in written)
                {
                    Assert.Equal(tensor.dtype, read[name].dtype);
                    Assert.Equal(tensor.shape, read[name].shape);
                    Assert.False(tensor.ne(read[name]).any().item<bool>(), name);
                }
            },
            iter: 50, threads: 1);
    }

    [Fact]
    public void A_transposed_tensor_is_written_in_the_order_of_its_indices()
    {
        using var folder = new WeightFolder();
        using var scope = NewDisposeScope();
        var path = folder.File("t.safetensors");
        Safetensors.Write(path,
            new Dictionary<string, Tensor> { ["t"] = torch.tensor(new float[,] { { 1, 2 }, { 3, 4 } }).t() });
        Assert.Equal([1f, 3f, 2f, 4f], Safetensors.Read(path)["t"].data<float>().ToArray());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 6, "'a'", "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes after its last tensor 'a'",
        "")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "'a'", "'F99'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'a' 8 bytes", "F32 [3]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'a'", "negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "'a'",
        "do not fit")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "'b'", "overlaps 'a'")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        12, "'b'", "4 bytes that belong to no tensor")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "'a'", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "'a'", "data_offsets")]
    [InlineData("""{"a":3}""", 0, "'a'", "data_offsets")]
    [InlineData("""[1]""", 0, "JSON", "")]
    [InlineData("""{"a":""", 0, "JSON", "")]
    public void A_damaged_file_is_refused_by_name(string header, int dataBytes, string says, string andSays)
    {
        using var folder = new WeightFolder();
        var path = folder.Raw("bad.safetensors", header, dataBytes);
        var error = Assert.Throws<UserErrorException>(() => Safetensors.Read(path));
        Assert.StartsWith(path, error.Message);
        Assert.Contains(says, error.Message);
        Assert.Contains(andSays, error.Message);
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused()
    {
        using var folder = new WeightFolder();
        var path = folder.File("bad.safetensors");
        File.WriteAllBytes(path, [255, 255, 255, 255, 255, 255, 255, 255, 1]);
        Assert.Contains("header", Assert.Throws<UserErrorException>(() => Safetensors.Read(path)).Message);
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.Contains("shorter", Assert.Throws<UserErrorException>(() => Safetensors.Read(path)).Message);
        Assert.Contains("no file",
            Assert.Throws<UserErrorException>(() => Safetensors.Read(folder.File("none.safetensors"))).Message);
    }
}
