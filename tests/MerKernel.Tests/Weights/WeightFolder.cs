using System.Buffers.Binary;
using System.Text;

namespace MerKernel.Tests.Weights;

/// <summary>A folder for one test's files.</summary>
internal sealed class WeightFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("mer-weights-").FullName;

    public string File(string name) => Path.Combine(path, name);

    public string Raw(string name, string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    public void Dispose() => Directory.Delete(path, recursive: true);
}
