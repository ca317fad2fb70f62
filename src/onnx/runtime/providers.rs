//! Execution providers: where a model's operators run.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::builder::SessionBuilder;

use super::library::Library;
use super::wheel::Package;

/// An execution provider, by the name that audit files use.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The processor.
    Cpu,
    /// NVIDIA GPUs through CUDA 13 and cuDNN 9.
    Cuda,
    /// NVIDIA GPUs through TensorRT 10.
    TensorRt,
}

impl Provider {
    /// All providers that gsmooth can use.
    pub const ALL: [Provider; 3] = [Provider::Cpu, Provider::Cuda, Provider::TensorRt];

    /// The name in audit files.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Cpu => "cpu",
            Provider::Cuda => "cuda",
            Provider::TensorRt => "tensorrt",
        }
    }

    /// Whether it needs the GPU package of ONNX Runtime.
    pub fn needs_gpu(self) -> bool {
        self != Provider::Cpu
    }

    /// Whether the opened library was compiled with it, which does not mean that it works on this machine.
    pub(super) fn is_compiled_in(self) -> bool {
        let available = match self {
            Provider::Cpu => ep::CPU::is_available(),
            Provider::Cuda => ep::CUDA::is_available(),
            Provider::TensorRt => ep::TensorRT::is_available(),
        };
        available.unwrap_or(false)
    }

    /// The provider with the options that make its results reproducible: for CUDA no reduced-precision TF32 and no
    /// choice of convolution algorithms by timing them. TensorRT has no such option: it times what it builds.
    fn dispatch(self) -> ExecutionProviderDispatch {
        let search = ep::cuda::ConvAlgorithmSearch::Heuristic;
        match self {
            Provider::Cpu => ep::CPU::default().with_arena_allocator(true).build(),
            Provider::Cuda => ep::CUDA::default().with_tf32(false).with_conv_algorithm_search(search).build(),
            Provider::TensorRt => ep::TensorRT::default().build(),
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Provider::Cpu => "use another ONNX Runtime",
            Provider::Cuda => {
                "get ONNX Runtime for GPUs with `gsmooth runtime install --gpu`, and see that an NVIDIA driver, CUDA 13 and cuDNN 9 are \
                 installed (on the system, or with `pip install 'onnxruntime-gpu[cuda,cudnn]'`)"
            }
            Provider::TensorRt => {
                "get ONNX Runtime for GPUs with `gsmooth runtime install --gpu`, and see that an NVIDIA driver, CUDA 13, cuDNN 9 and \
                 TensorRT 10 are installed"
            }
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A provider that gsmooth does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a provider: use cpu, cuda or tensorrt")]
pub struct UnknownProvider(pub String);

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Provider::ALL.into_iter().find(|provider| provider.name() == name);
        found.ok_or_else(|| UnknownProvider(name.to_owned()))
    }
}

/// Why the providers that were asked for cannot be had. There is no falling back to another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// No provider at all was asked for.
    #[error("no provider is asked for: use cpu, cuda or tensorrt")]
    None,
    /// One provider was asked for twice.
    #[error("the provider {0} is asked for twice")]
    Duplicate(Provider),
    /// The library does not have the provider, or the provider does not work on this machine.
    #[error(
        "the provider {provider} cannot be used with `{}`: {reason}; {}", library.display(), provider.remedy()
    )]
    Unavailable {
        /// The provider.
        provider: Provider,
        /// The ONNX Runtime that was asked for it.
        library: PathBuf,
        /// What ONNX Runtime says.
        reason: String,
    },
}

/// Registers the providers in the order asked. If the CPU is not among them, a model with an operator that would
/// fall back to it is refused later, when the session is built.
pub(super) fn register(
    mut builder: SessionBuilder,
    providers: &[Provider],
    library: &Library,
) -> Result<SessionBuilder, ProviderError> {
    if providers.is_empty() {
        return Err(ProviderError::None);
    }
    for (index, &provider) in providers.iter().enumerate() {
        if providers[..index].contains(&provider) {
            return Err(ProviderError::Duplicate(provider));
        }
        let unavailable = |reason: String| ProviderError::Unavailable {
            provider,
            library: library.path.clone(),
            reason: reason.trim().to_owned(),
        };
        let dispatch = provider.dispatch().error_on_failure();
        let registered = builder.with_execution_providers([dispatch]);
        builder = registered.map_err(|error| unavailable(error.message().to_owned()))?;
    }
    Ok(builder)
}

/// The package of ONNX Runtime that has all of these providers.
pub fn package_for(providers: &[Provider]) -> Package {
    Package::for_gpu(providers.iter().any(|provider| provider.needs_gpu()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for provider in Provider::ALL {
            assert_eq!(provider.to_string().parse(), Ok(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.name());
        }
        assert_eq!("gpu".parse::<Provider>(), Err(UnknownProvider("gpu".into())));
    }

    #[test]
    fn a_gpu_provider_anywhere_in_the_list_needs_the_gpu_package() {
        assert_eq!(package_for(&[Provider::Cpu]), Package::Cpu);
        assert_eq!(package_for(&[Provider::TensorRt, Provider::Cpu]), Package::Gpu);
        assert_eq!(package_for(&[Provider::Cpu, Provider::Cuda]), Package::Gpu);
    }
}
