using MerKernel.Cli.Commands;
using MerKernel.Data;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// Faults of sheets, folders and choices that once changed a data set without a word. Every row is invented.
/// </summary>
public sealed class SilentLossTests : IDisposable
{
    private const string Header = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    // Nothing closes it; the quote of a later cell does; a doubled quote is none.
    [InlineData(3, "1,EP91_01f,11,15,19,12,happiness\n2,\"EP93_01,71,75,79,1,surprise\n3,EP95_01,31,35,39,15,others")]
    [InlineData(2, "1,\"EP91_01f,11,15,19,12,happiness\n2,EP93_01,71,75,79,\"1,2\",surprise")]
    [InlineData(2, "1,\"EP91_01f,11,15,19,12,happiness\n2,EP93_01,71,75,79,\"\",surprise")]
    [InlineData(3, "1,EP91_01f,11,15,19,\"a\nb\",happiness\r\n2, \"EP93_01,71,75,79,1,surprise\r\n")]
    public void A_quote_that_is_never_closed_is_refused_with_its_row(int row, string rows)
    {
        var path = Csv(rows);
        Assert.StartsWith($"{path}, row {row}: a quote is opened and never closed, so that the rows below it",
            Assert.Throws<UserErrorException>(() => CodingSheet.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,EP91_01f,11,15,19,\"4,7\",happiness\n2,EP93_01,71,75,79,\"1+2\" ,\"surprise\"")]
    [InlineData("\"1\",\"EP91_01f\",11,15,19,\"4\n+7\",happiness\n2,EP93_01,71,75,79,1,surprise,5\" of \"tape")]
    [InlineData("1,EP91_01f,11,15,19,4,happiness,\"he said \"\"no\"\"\"\r\n2,EP93_01,71,75,79,1,surprise,\"\"")]
    [InlineData("1,EP91_01f,11,15,19,4,happiness,\"lips\" part\n2,EP93_01,71,75,79,1,surprise,a;\"b")]
    public void Quotes_that_have_their_partners_are_read(string rows)
    {
        var path = folder.File("a.csv");
        File.WriteAllText(path, $"{Header},Notes\n{rows}\n");
        Assert.Equal(2, CodingSheet.Read(path).Clips.Length);
    }

    [Fact]
    public void Preparation_says_which_rows_were_passed_over()
    {
        ClipFiles.Write(folder);
        Xlsx(folder.File("CASME2"), "CASME2-coding-20190701.xlsx",
            [.. ClipFiles.Rows, [null], [null, "4 clips in all"]]);
        using var data = DatasetLoader.Load(new(folder, DatasetId.CasmeII), Options);
        Assert.Equal("CASME2-coding-20190701.xlsx: row 7 holds no clip and was passed over: '4 clips in all'",
            DataPrepareCommand.Findings(data).First());
    }

    private PreparationOptions Options =>
        new() { Size = 16, CacheFolder = folder.File("cache"), Alignment = FaceAlignment.None };

    private string Csv(string rows)
    {
        var path = folder.File("sheet.csv");
        File.WriteAllText(path, $"{Header}\n{rows}\n");
        return path;
    }
}
