//! The pinned packages that gsmooth fetches ONNX Runtime from, by platform, with their digests.

use std::fmt;

use super::version::Version;

/// The release that gsmooth fetches.
pub const PINNED: Version = Version { major: 1, minor: 31, patch: 1 };

/// The two packages of ONNX Runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Package {
    /// `onnxruntime`: the processor only.
    #[serde(rename = "onnxruntime")]
    Cpu,
    /// `onnxruntime-gpu`: CUDA and TensorRT too.
    #[serde(rename = "onnxruntime-gpu")]
    Gpu,
}

impl Package {
    /// The package that has CUDA and TensorRT if a GPU is wanted, the small one if not.
    pub fn for_gpu(gpu: bool) -> Self {
        if gpu { Package::Gpu } else { Package::Cpu }
    }

    /// The name under which Python's package index has it.
    pub fn name(self) -> &'static str {
        match self {
            Package::Cpu => "onnxruntime",
            Package::Gpu => "onnxruntime-gpu",
        }
    }

    /// The folder in gsmooth's cache that its library lies in.
    pub fn folder_name(self) -> String {
        format!("{}-{PINNED}", self.name())
    }

    /// The remedy to name where it is missing.
    pub fn install_command(self) -> &'static str {
        match self {
            Package::Cpu => "gsmooth runtime install",
            Package::Gpu => "gsmooth runtime install --gpu",
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One file of the pinned release: what to ask pip for and what must come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wheel {
    /// The package.
    pub package: Package,
    /// The operating system, as in `std::env::consts::OS`.
    pub os: &'static str,
    /// The processor, as in `std::env::consts::ARCH`.
    pub arch: &'static str,
    /// pip's name of the platform.
    pub platform: &'static str,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: &'static str,
}

const fn wheel(
    package: Package,
    (os, arch, platform): (&'static str, &'static str, &'static str),
    bytes: u64,
    sha256: &'static str,
) -> Wheel {
    Wheel { package, os, arch, platform, bytes, sha256 }
}

/// The Python version that is asked for. The libraries inside do not depend on it, the digests do.
pub const PYTHON_VERSION: &str = "3.12";
/// The Python interface that goes with [`PYTHON_VERSION`].
pub const PYTHON_ABI: &str = "cp312";

/// Every file of [`PINNED`] for which there is one. The libraries are built for glibc on Linux.
pub const WHEELS: [Wheel; 7] = [
    wheel(
        Package::Cpu,
        ("linux", "x86_64", "manylinux_2_28_x86_64"),
        23_760_988,
        "1f3dea47f2f0e5117c2404cea7d21fd253ae7836a3bf167a501cdfbb2600d536",
    ),
    wheel(
        Package::Cpu,
        ("linux", "aarch64", "manylinux_2_28_aarch64"),
        21_420_803,
        "0b9a492176886992e0e875f06bc0367e333f5fff11711a2d642e18b02f3009cc",
    ),
    wheel(
        Package::Cpu,
        ("macos", "aarch64", "macosx_14_0_arm64"),
        20_882_125,
        "96dd2564b10ea7153ad9c207e7cd8e5917cb3ba521e0e0a62ac03486fdc8d56c",
    ),
    wheel(
        Package::Cpu,
        ("windows", "x86_64", "win_amd64"),
        14_888_466,
        "ae8a9a351efda685cc59a66226cdefaa37a126c1d66872ca23a2de9425326130",
    ),
    wheel(
        Package::Cpu,
        ("windows", "aarch64", "win_arm64"),
        14_740_724,
        "fe8b9ac1ae8e894e12c47ee82e4f6dfc1835768133687257866469fda80d0bf1",
    ),
    wheel(
        Package::Gpu,
        ("linux", "x86_64", "manylinux_2_28_x86_64"),
        255_569_273,
        "05d548956197b9d01f59b625de740e0d6be3593f874e241a12dc0362650ecdf7",
    ),
    wheel(
        Package::Gpu,
        ("windows", "x86_64", "win_amd64"),
        168_098_228,
        "2bb1e9373baba88f6415257f5b6a589d23e23c16004f7d89adf4344eada5749e",
    ),
];

impl Wheel {
    /// The file for the platform that gsmooth was built for, if there is one.
    pub fn for_this_platform(package: Package) -> Option<&'static Wheel> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        WHEELS.iter().find(|wheel| wheel.package == package && wheel.os == os && wheel.arch == arch)
    }

    /// What pip is asked for.
    pub fn requirement(&self) -> String {
        format!("{}=={PINNED}", self.package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn digests_are_hexadecimal_and_distinct_and_platforms_occur_once() {
        let digests: HashSet<_> = WHEELS.iter().map(|wheel| wheel.sha256).collect();
        let platforms: HashSet<_> =
            WHEELS.iter().map(|wheel| (wheel.package, wheel.os, wheel.arch)).collect();
        assert_eq!((digests.len(), platforms.len()), (WHEELS.len(), WHEELS.len()));
        for digest in digests {
            assert!(
                digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            );
        }
    }

    #[test]
    fn the_pinned_release_is_one_that_gsmooth_accepts() {
        assert!(PINNED.is_supported());
    }
}
