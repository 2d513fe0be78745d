using System.Runtime.InteropServices;

namespace AsyncKit.Http;

/// <summary>The checksum at the end of a zlib stream: RFC 1950, section 8.2.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Adler32
{
    private const uint Modulus = 65_521;

    // The most bytes after which the sums still fit in 32 bits: NMAX of zlib.
    private const int MostAtOnce = 5_552;

    private uint _low = 1;
    private uint _high;

    public Adler32()
    {
    }

    public readonly uint Value => (_high << 16) | _low;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, MostAtOnce);
            foreach (byte value in bytes[..count])
            {
                _low += value;
                _high += _low;
            }

            _low %= Modulus;
            _high %= Modulus;
            bytes = bytes[count..];
        }
    }
}
