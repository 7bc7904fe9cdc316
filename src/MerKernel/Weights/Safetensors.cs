using System.Buffers.Binary;
using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Weights;

/// <summary>Reads and writes tensors in the safetensors format.</summary>
public static class Safetensors
{
    /// <summary>The format's element types, torch's, and the bytes of an element.</summary>
    internal static readonly ImmutableArray<(string Name, ScalarType Type, int Bytes)> Types =
    [
        ("BF16", ScalarType.BFloat16, 2), ("BOOL", ScalarType.Bool, 1), ("F16", ScalarType.Float16, 2),
        ("F32", ScalarType.Float32, 4), ("F64", ScalarType.Float64, 8), ("I16", ScalarType.Int16, 2),
        ("I32", ScalarType.Int32, 4), ("I64", ScalarType.Int64, 8), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
    ];

    /// <summary>Reads every tensor of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Name to tensor, on the CPU, in the caller's DisposeScope.</returns>
    /// <exception cref="UserErrorException">The file is missing or damaged; names the tensor.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"There is no file {path}; give the path of a .safetensors file.");

        FileState.DemandFile(path);
        using var file = File.OpenRead(path);
        var header = SafetensorsHeader.Read(file, path);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.Entries)
        {
            var tensor = torch.empty([.. entry.Shape], TypeNamed(entry.Type).Type);
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
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null) =>
            AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    private static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata)
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

    private static byte[] Header(List<string> names, IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WritePropertyName("__metadata__");
                JsonSerializer.Serialize(json,
                    metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary());
            }

            long position = 0;
            foreach (var name in names)
            {
                var tensor = tensors[name];
                var end = position + tensor.numel() * tensor.element_size();
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json,
                    new { dtype = NameOf(tensor.dtype), shape = tensor.shape, data_offsets = new[] { position, end } });
                position = end;
            }

            json.WriteEndObject();
        }

        // The format wants the data aligned to 8 bytes and fills the header with spaces.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');

        return buffer.ToArray();
    }

    internal static (string Name, ScalarType Type, int Bytes) TypeNamed(string name) =>
        Types.First(t => t.Name == name);

    private static string NameOf(ScalarType type) => Types.First(t => t.Type == type).Name;
}

/// <summary>
/// The header of a safetensors file: 8 bytes of length (little endian), then JSON that gives every tensor's type, shape
/// and place. Reading checks that the tensors fill the rest of the file exactly, without overlap or gap.
/// </summary>
/// <param name="Entries">The tensors, in the order of their bytes.</param>
/// <param name="Metadata">The file's free key-value pairs (__metadata__).</param>
/// <param name="DataStart">Position of the first tensor byte in the file.</param>
internal sealed record SafetensorsHeader(ImmutableArray<SafetensorsEntry> Entries,
    ImmutableDictionary<string, string> Metadata, long DataStart)
{
    private const long LargestHeader = 100_000_000;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="file">The open file, read from its start.</param>
    /// <param name="name">The file's name in errors.</param>
    /// <exception cref="UserErrorException">
    /// The file is no sound safetensors file; says which tensor is damaged and how.
    /// </exception>
    public static SafetensorsHeader Read(Stream file, string name)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (file.Length < 8)
            throw Damaged(name, "is shorter than the 8 bytes every safetensors file begins with");

        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader || (long)length > file.Length - 8)
            throw Damaged(name,
                $"announces a header of {length} bytes but has {file.Length - 8} left; it is truncated or no " +
                "safetensors file");

        var json = new byte[length];
        file.ReadExactly(json);
        var (entries, metadata) = Parse(json, name);
        var dataStart = 8 + (long)length;
        CheckLayout(entries, file.Length - dataStart, name);
        return new SafetensorsHeader(entries, metadata, dataStart);
    }

    private static (ImmutableArray<SafetensorsEntry>, ImmutableDictionary<string, string>) Parse(byte[] json,
        string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var entries = ImmutableArray.CreateBuilder<SafetensorsEntry>();
            var names = new HashSet<string>();
            var metadata = ImmutableDictionary<string, string>.Empty;
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    metadata = property.Value.EnumerateObject()
                        .ToImmutableDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "");
                    continue;
                }

                if (!names.Add(property.Name))
                    throw Damaged(name, $"names tensor '{property.Name}' twice");

                entries.Add(ParseEntry(property, name));
            }

            return ([.. entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)], metadata);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Damaged(name, "has a header that is not the JSON of a safetensors file", error);
        }
    }

    private static SafetensorsEntry ParseEntry(JsonProperty property, string name)
    {
        try
        {
            var type = property.Value.GetProperty("dtype").GetString() ?? "";
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            long[] place = [.. property.Value.GetProperty("data_offsets").EnumerateArray()
                .Select(offset => offset.GetInt64())];
            if (Safetensors.Types.All(t => t.Name != type))
                throw Damaged(name,
                    $"gives tensor '{property.Name}' the type '{type}', which is none of " +
                    $"{string.Join(", ", Safetensors.Types.Select(t => t.Name))}");

            if (place.Length != 2 || shape.Any(size => size < 0))
                throw Damaged(name, $"gives tensor '{property.Name}' a negative size or not two data offsets");

            return new SafetensorsEntry(property.Name, type, [.. shape], place[0], place[1]);
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(name, $"describes tensor '{property.Name}' without a proper dtype, shape and data_offsets",
                error);
        }
    }

    private static void CheckLayout(ImmutableArray<SafetensorsEntry> entries, long available, string name)
    {
        long position = 0;
        var before = "";
        foreach (var entry in entries)
        {
            var shape = $"[{string.Join(", ", entry.Shape)}]";
            if (entry.Begin < position)
                throw Damaged(name,
                    $"has tensor '{entry.Name}' begin at byte {entry.Begin}, which overlaps '{before}'");

            if (entry.Begin > position)
                throw Damaged(name,
                    $"leaves {entry.Begin - position} bytes that belong to no tensor before '{entry.Name}'");

            if (entry.End > available)
                throw Damaged(name,
                    $"ends inside tensor '{entry.Name}': it needs bytes up to {entry.End}, the file holds " +
                    $"{available}; it is truncated");

            if (entry.End - entry.Begin
                != entry.Shape.Aggregate((BigInteger)Safetensors.TypeNamed(entry.Type).Bytes, (all, s) => all * s))
                throw Damaged(name,
                    $"gives tensor '{entry.Name}' {entry.End - entry.Begin} bytes, which do not fit " +
                    $"{entry.Type} {shape}");

            (position, before) = (entry.End, entry.Name);
        }

        if (position != available)
            throw Damaged(name, $"has {available - position} bytes after its last tensor '{before}'");
    }

    private static UserErrorException Damaged(string name, string how, Exception? cause = null) =>
        new($"{name} {how}; write it again.", cause);
}

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type in the format's spelling: F32, F64, I64, ...</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, string Type, ImmutableArray<long> Shape, long Begin, long End);
