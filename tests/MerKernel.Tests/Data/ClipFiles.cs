using OpenCvSharp;

namespace MerKernel.Tests.Data;

/// <summary>A tiny CASME II on disk: three clips with frames whose colour encodes their number.</summary>
internal static class ClipFiles
{
    public static readonly object?[][] Rows =
    [
        SheetFiles.CasmeHeader,
        SheetFiles.Casme("01", "EP02_01f", 10, 40, 60, "4+L10", "happiness"),
        SheetFiles.Casme("01", "EP03_02", 5, 10, 20, "12", "disgust"),
        SheetFiles.Casme("02", "EP01_11f", 1, 3, 8, "1+2", "fear"),
        SheetFiles.Casme("03", "EP07_04", 7, 60, 100, "14", "others"),
    ];

    /// <summary>
    /// Writes sheet and cropped frames below <paramref name="root"/>/CASME2 and returns the folder of the frames.
    /// </summary>
    public static string Write(string root)
    {
        var set = Directory.CreateDirectory(Path.Combine(root, "CASME2")).FullName;
        SheetFiles.Xlsx(set, "CASME2-coding-20190701.xlsx", Rows);
        foreach (var row in Rows.Skip(1))
            for (var n = (int)row[3]!; n <= (int)row[5]!; n++)
                Frame(Path.Combine(set, "Cropped", $"sub{row[0]}", (string)row[1]!, $"reg_img{n}.png"), n);
        return Path.Combine(set, "Cropped");
    }

    /// <summary>A 32 x 40 frame, red = number, green = 2 * number, blue = 207.</summary>
    public static void Frame(string path, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var image = new Mat(40, 32, MatType.CV_8UC3, new Scalar(207, 2 * number, number));
        image.SaveImage(path);
    }
}
