namespace MerKernel.Data;

/// <summary>
/// The data sets that are read, the two of the paper first (<see cref="DatasetNames.Paper"/>), and those that protocols
/// make of several. Names are part of stored experiments.
/// </summary>
public enum DatasetId
{
    /// <summary>CASME II (Yan et al., 2014).</summary>
    CasmeII,

    /// <summary>SAMM (Davison et al., 2016).</summary>
    Samm,

    /// <summary>SMIC (Li et al., 2013), the high-speed camera.</summary>
    Smic,

    /// <summary>SMIC, the camera for visible light at 25 frames per second.</summary>
    SmicVis,

    /// <summary>SMIC, the near-infrared camera.</summary>
    SmicNir,

    /// <summary>MMEW (Ben et al., 2021).</summary>
    Mmew,

    /// <summary>CAS(ME)^3, part A (Li et al., 2022).</summary>
    Casme3,

    /// <summary>CAS(ME)^3, part C: a mock crime.</summary>
    Casme3C,

    /// <summary>DFME (Zhao et al., 2023).</summary>
    Dfme,

    /// <summary>A set of the user's own, described by a file (<see cref="OwnDataset"/>).</summary>
    Own,

    /// <summary>Several sets as one, every subject of all of them left out in turn (MEGC 2019).</summary>
    Composite,

    /// <summary>Several sets, each left out as a whole in turn.</summary>
    CrossDataset,
}
