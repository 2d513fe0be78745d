using System.Reflection;

namespace AsyncKit.Tests.Conventions;

/// <summary>The assembly of a package.</summary>
internal static class PackageAssembly
{
    public static Assembly Load(string package)
    {
        try
        {
            return Assembly.Load(package);
        }
        catch (FileNotFoundException)
        {
            Assert.Fail($"The tests cannot see {package}. Mend: let tests/AsyncKit.Tests reference src/{package}.");
            throw;
        }
    }
}
