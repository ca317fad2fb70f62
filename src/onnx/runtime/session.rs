//! A model made ready to run: one float input, one float output. One session a worker thread.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ort::session::builder::{AutoDevicePolicy, GraphOptimizationLevel, SessionBuilder};
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

use super::assignment::{self, NodeAssignment};
use super::environment::Runtime;
use super::providers::{self, Provider};
use super::session_error::{RunError, SessionError, check_size};
use super::staging::{Staging, StagingMemory};

/// How a session runs. The optimization level is not among the options: it changes bits of the results and is always
/// ONNX Runtime's highest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOptions {
    /// The providers, the preferred one first. Without `Cpu` among them, a model that needs the CPU is refused.
    pub providers: Vec<Provider>,
    /// The threads that one operator uses. With a session a core, 1 is fastest.
    pub intra_threads: usize,
}

impl Default for SessionOptions {
    fn default() -> Self {
        SessionOptions { providers: vec![Provider::Cpu], intra_threads: 1 }
    }
}

/// An input or an output of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its dimensions, `None` where the model leaves one open.
    pub shape: Vec<Option<usize>>,
}

/// A model ready to run.
#[derive(Debug)]
pub struct Session {
    inner: ort::session::Session,
    model: String,
    input: Tensor,
    output: Tensor,
    staging: Option<Staging>,
}

impl Session {
    /// Makes an ONNX file ready to run. External data is read from the file's folder and from nowhere else.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn from_file(
        runtime: &Runtime,
        path: &Path,
        options: &SessionOptions,
    ) -> Result<Session, SessionError> {
        let model = path.display().to_string();
        let read = |source| SessionError::Read { path: path.to_owned(), source };
        let bytes = std::fs::metadata(path).map_err(read)?.len();
        check_size(&model, bytes)?;
        let content = std::fs::read(path).map_err(read)?;
        let folder = super::discovery::absolute(path);
        Session::from_bytes(runtime, &model, &content, folder.parent(), options)
    }

    /// Makes an ONNX model in memory ready to run. `model` names it in messages. External data is read from `folder`
    /// and from nowhere else; without a folder a model with external data is refused.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn from_bytes(
        runtime: &Runtime,
        model: &str,
        bytes: &[u8],
        folder: Option<&Path>,
        options: &SessionOptions,
    ) -> Result<Session, SessionError> {
        check_size(model, bytes.len() as u64)?;
        let refused = |reason: String| SessionError::Model { model: model.to_owned(), reason };
        // A place below a file holds nothing: without this, ONNX Runtime would look in the current folder.
        let nowhere = runtime.library().path.join("no-external-data");
        let folder = folder.unwrap_or(&nowhere);
        let unreadable = || SessionError::Folder { model: model.to_owned(), folder: folder.to_owned() };
        let external_data = folder.to_str().ok_or_else(unreadable)?;
        let builder = configure(runtime, external_data, options)
            .map_err(|error| refused(error.message().to_owned()))?;
        let mut builder = providers::register(builder, &options.providers, runtime.library())?;
        // A strange type of an input or an output makes the binding panic; a model must not be able to do that.
        let built = catch_unwind(AssertUnwindSafe(|| builder.commit_from_memory(bytes)));
        let built = built.map_err(|panic| refused(panic_message(panic.as_ref())))?;
        let inner = built.map_err(|error| refused(explain(error.message(), options)))?;
        let input = only_tensor(model, "input", inner.inputs())?;
        let output = only_tensor(model, "output", inner.outputs())?;
        let mut session = Session { inner, model: model.to_owned(), input, output, staging: None };
        if options.providers.first().is_some_and(|provider| provider.needs_gpu()) {
            session.stage(StagingMemory::PageLocked);
        }
        Ok(session)
    }

    /// The model's input.
    pub fn input(&self) -> &Tensor {
        &self.input
    }

    /// The model's output.
    pub fn output(&self) -> &Tensor {
        &self.output
    }

    /// Lets batches pass through memory of some kind. Where there is none, and where the first batch does not come out as it does
    /// without, batches go on without.
    pub fn stage(&mut self, memory: StagingMemory) {
        let staging = Staging::new(&self.inner, memory);
        self.staging =
            staging.inspect_err(|error| tracing::debug!("{}: {}", self.model, error.message())).ok();
    }

    /// Whether batches pass through such memory, and came out right.
    pub fn is_staged(&self) -> bool {
        self.staging.as_ref().is_some_and(|staging| staging.trusted)
    }

    /// Runs a batch: `data` in standard (C) layout of shape `shape`, not copied. The output replaces what is in `out`,
    /// whose memory is used again; its shape is returned. After an error `out` is empty.
    ///
    /// # Errors
    /// See [`RunError`]. Values that are not finite are no error: they come back as the model makes them.
    pub fn run(
        &mut self,
        input_name: &str,
        data: &[f32],
        shape: &[usize],
        out: &mut Vec<f32>,
    ) -> Result<Vec<usize>, RunError> {
        out.clear();
        self.check_batch(input_name, data, shape)?;
        self.run_checked(data, shape, out).map_err(|error| RunError::Failed {
            model: self.model.clone(),
            shape: shape.to_vec(),
            reason: error.message().trim().to_owned(),
        })
    }

    /// Through the staging memory once it is trusted; the first batch goes both ways.
    fn run_checked(&mut self, data: &[f32], shape: &[usize], out: &mut Vec<f32>) -> ort::Result<Vec<usize>> {
        let Some(staging) = self.staging.as_mut() else {
            return run_directly(&mut self.inner, data, shape, out);
        };
        let names = [self.input.name.as_str(), self.output.name.as_str()];
        if staging.trusted {
            return staging.run(&mut self.inner, names, (shape, data), out);
        }
        let found = run_directly(&mut self.inner, data, shape, out)?;
        let mut again = Vec::new();
        let staged = staging.run(&mut self.inner, names, (shape, data), &mut again);
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        staging.trusted = staged.as_ref().is_ok_and(|shape| *shape == found) && bits(&again) == bits(out);
        if !staging.trusted {
            tracing::warn!("{}: batches are copied the ordinary way ({staged:?})", self.model);
            self.staging = None;
        }
        Ok(found)
    }

    fn check_batch(&self, input_name: &str, data: &[f32], shape: &[usize]) -> Result<(), RunError> {
        if input_name != self.input.name {
            let (asked, found) = (input_name.to_owned(), self.input.name.clone());
            return Err(RunError::Input { model: self.model.clone(), asked, found });
        }
        let product = shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
        if data.is_empty() || product != Some(data.len()) {
            let (model, shape, values) = (self.model.clone(), shape.to_vec(), data.len());
            return Err(RunError::Shape { model, shape, values });
        }
        Ok(())
    }

    /// Which provider each operator of the model really got, by provider.
    ///
    /// # Errors
    /// ONNX Runtime did not record it.
    pub fn assignment(&self) -> Result<Vec<NodeAssignment>, SessionError> {
        let unknown = |error: ort::Error| SessionError::Model {
            model: self.model.clone(),
            reason: error.message().to_owned(),
        };
        assignment::read(&self.inner).map_err(unknown)
    }
}

fn run_directly(
    session: &mut ort::session::Session,
    data: &[f32],
    shape: &[usize],
    out: &mut Vec<f32>,
) -> ort::Result<Vec<usize>> {
    let tensor = TensorRef::from_array_view((shape, data))?;
    let outputs = session.run(ort::inputs![tensor])?;
    let (shape, values) = outputs[0].try_extract_tensor::<f32>()?;
    out.extend_from_slice(values);
    Ok(dimensions(shape))
}

/// The dimensions of an output.
pub(super) fn dimensions(shape: &[i64]) -> Vec<usize> {
    shape.iter().map(|&length| usize::try_from(length).unwrap_or(0)).collect()
}

/// Everything but the providers. Custom operator libraries are never registered.
fn configure(
    runtime: &Runtime,
    external_data: &str,
    options: &SessionOptions,
) -> ort::Result<SessionBuilder> {
    let builder = ort::session::Session::builder(runtime.environment())?
        // ort would let ONNX Runtime choose an efficient device by itself (Core ML on macOS).
        .with_auto_device(AutoDevicePolicy::PreferCPU)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_deterministic_compute(true)?
        .with_intra_threads(options.intra_threads)?
        .with_intra_op_spinning(false)?
        .with_log_level(ort::logging::LogLevel::Warning)?
        // Never the ORT format, whose files are not checked as ONNX files are.
        .with_config_entry("session.load_model_format", "ONNX")?
        .with_config_entry("session.model_external_initializers_file_folder_path", external_data)?
        .with_config_entry("session.record_ep_graph_assignment_info", "1")?;
    if options.providers.contains(&Provider::Cpu) {
        Ok(builder)
    } else {
        Ok(builder.with_disable_cpu_fallback()?)
    }
}

fn explain(reason: &str, options: &SessionOptions) -> String {
    let without_cpu = !options.providers.contains(&Provider::Cpu);
    let hint =
        if without_cpu && reason.contains("fallback to CPU") { "; add \"cpu\" to the providers" } else { "" };
    format!("{}{hint}", reason.trim())
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("its inputs or outputs have a type that is not understood ({})", text.unwrap_or_default())
}

fn only_tensor(model: &str, side: &'static str, outlets: &[Outlet]) -> Result<Tensor, SessionError> {
    if let [outlet] = outlets
        && let ValueType::Tensor { ty: TensorElementType::Float32, shape, .. } = outlet.dtype()
    {
        let shape = shape.iter().map(|&length| usize::try_from(length).ok()).collect();
        return Ok(Tensor { name: outlet.name().to_owned(), shape });
    }
    let found = outlets.iter().map(|outlet| (outlet.name().to_owned(), outlet.dtype().to_string())).collect();
    Err(SessionError::Interface { model: model.to_owned(), side, found })
}
