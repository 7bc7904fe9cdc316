using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Weights;

/// <summary>Reads and writes tensors in the safetensors format.</summary>
public static class Safetensors
{
    private static readonly ImmutableArray<(string Name, ScalarType Type)> Types =
    [
        ("F32", ScalarType.Float32), ("F64", ScalarType.Float64), ("F16", ScalarType.Float16), ("BF16", ScalarType.BFloat16),
        ("I64", ScalarType.Int64), ("I32", ScalarType.Int32), ("I16", ScalarType.Int16), ("I8", ScalarType.Int8),
        ("U8", ScalarType.Byte), ("BOOL", ScalarType.Bool),
    ];

    /// <summary>Reads every tensor of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Name to tensor, on the CPU, in the caller's DisposeScope.</returns>
    /// <exception cref="UserErrorException">The file is missing or damaged; names the tensor.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"There is no file {path}; give the path of a .safetensors file.");

        using var file = File.OpenRead(path);
        var header = SafetensorsHeader.Read(file, path);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.Entries)
        {
            var tensor = torch.empty([.. entry.Shape], TypeNamed(entry.Type));
            file.Position = header.DataStart + entry.Begin;
            file.ReadExactly(tensor.bytes);
            tensors.Add(entry.Name, tensor);
        }

        return tensors;
    }

    /// <summary>Writes tensors; the file appears under its name only when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Name to tensor.</param>
    /// <param name="metadata">Free key-value pairs for the header.</param>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    private static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = tensors.Keys.Order(StringComparer.Ordinal).ToList();
        var header = Header(names, tensors, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (var name in names)
        {
            using var scope = NewDisposeScope();
            stream.Write(tensors[name].detach().cpu().contiguous().bytes);
        }
    }

    private static byte[] Header(List<string> names, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WritePropertyName("__metadata__");
                JsonSerializer.Serialize(json, metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary());
            }

            long position = 0;
            foreach (var name in names)
            {
                var tensor = tensors[name];
                var end = position + tensor.numel() * tensor.element_size();
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, new { dtype = NameOf(tensor.dtype), shape = tensor.shape, data_offsets = new[] { position, end } });
                position = end;
            }

            json.WriteEndObject();
        }

        // The format wants the data aligned to 8 bytes and fills the header with spaces.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');

        return buffer.ToArray();
    }

    private static ScalarType TypeNamed(string name) => Types.First(pair => pair.Name == name).Type;

    private static string NameOf(ScalarType type) => Types.First(pair => pair.Type == type).Name;
}
