using System.Security.Cryptography;
using System.Text;

namespace AsyncKit.Http;

/// <summary>Where a download is kept until it is whole: beside its target.</summary>
internal sealed record PartPaths(string Target, string Part, string Record, string NewRecord)
{
    private const int MaxNameBytes = 255;
    private const string LongestSuffix = ".part.json.new";

    public static PartPaths Of(string target)
    {
        string name = Path.GetFileName(target);

        // A name that leaves no room for an ending is replaced by one that is as good as unique.
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length > MaxNameBytes - LongestSuffix.Length) name = Convert.ToHexStringLower(SHA256.HashData(bytes));
        string stem = Path.Combine(Path.GetDirectoryName(target)!, name);
        return new PartPaths(target, $"{stem}.part", $"{stem}.part.json", $"{stem}{LongestSuffix}");
    }
}
