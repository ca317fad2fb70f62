//! Memory that batches pass through on their way to a device and back. Page-locked memory is copied without a detour, and stays
//! where it is from batch to batch.

use ort::memory::{AllocationDevice, Allocator, AllocatorType, MemoryInfo, MemoryType};
use ort::session::IoBinding;
use ort::value::Tensor;

use super::session::dimensions;

/// What kind of memory it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StagingMemory {
    /// The processor's own, which gains nothing: what can be tried out without a device.
    Ordinary,
    /// Page-locked by CUDA.
    PageLocked,
}

impl StagingMemory {
    fn info(self, memory: MemoryType) -> ort::Result<MemoryInfo<'static>> {
        match self {
            Self::Ordinary => {
                MemoryInfo::new(AllocationDevice::CPU, 0, AllocatorType::Device, MemoryType::Default)
            }
            Self::PageLocked => {
                MemoryInfo::new(AllocationDevice::CUDA_PINNED, 0, AllocatorType::Device, memory)
            }
        }
    }
}

/// The memory of one session, bound to its input and its output.
#[derive(Debug)]
pub(super) struct Staging {
    binding: IoBinding,
    allocator: Allocator,
    output: MemoryInfo<'static>,
    /// The input of the last batch, used again while the shape stays the same.
    input: Option<(Vec<usize>, Tensor<f32>)>,
    /// Whether a batch went both ways, with the same result to the bit.
    pub trusted: bool,
}

impl Staging {
    /// Memory for a session.
    pub fn new(session: &ort::session::Session, memory: StagingMemory) -> ort::Result<Self> {
        Ok(Self {
            binding: session.create_binding()?,
            allocator: Allocator::new(session, memory.info(MemoryType::CPUInput)?)?,
            output: memory.info(MemoryType::CPUOutput)?,
            input: None,
            trusted: false,
        })
    }

    /// Runs a batch, and appends its output to `out`; the output's shape.
    pub fn run(
        &mut self,
        session: &mut ort::session::Session,
        [input_name, output_name]: [&str; 2],
        (shape, data): (&[usize], &[f32]),
        out: &mut Vec<f32>,
    ) -> ort::Result<Vec<usize>> {
        let mut input = match self.input.take() {
            Some((known, tensor)) if known == shape => tensor,
            _ => Tensor::<f32>::new(&self.allocator, shape.to_vec())?,
        };
        input.try_extract_tensor_mut::<f32>()?.1.copy_from_slice(data);
        // What is bound is copied when it is bound.
        self.binding.bind_input(input_name, &input)?;
        self.binding.bind_output_to_device(output_name, &self.output)?;
        self.binding.synchronize_inputs()?;
        let outputs = session.run_binding(&self.binding)?;
        self.binding.synchronize_outputs()?;
        let (found, values) = outputs[0].try_extract_tensor::<f32>()?;
        out.extend_from_slice(values);
        let found = dimensions(found);
        drop(outputs);
        self.input = Some((shape.to_vec(), input));
        Ok(found)
    }
}
