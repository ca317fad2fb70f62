//! The text of a first audit.

use std::path::{Path, PathBuf};

use minijinja::{Environment, UndefinedBehavior, context};

use super::cases::Scales;
use super::data::Data;
use super::error::InitError;
use super::model::Model;
use crate::data::Format;
use crate::onnx::model::classifier::Layout;

const TEMPLATE: &str = include_str!("audit.toml.jinja");

/// Images that are certified, of data that holds more.
const IMAGES: usize = 100;
/// The side of images of models that declare none, in pixels.
const USUAL_SIDE: usize = 224;

/// What models of a kind are usually trained with: mean, standard deviation, and whose they are.
type Usual = (&'static str, &'static str, &'static str);

/// Fills in the template for an audit file at `path`.
pub(super) fn fill(path: &Path, model: &Model, data: Option<&Data>) -> Result<String, InitError> {
    let place = Place::of(path)?;
    let shown = match data {
        Some(data) => Shown::found(data, &place)?,
        None => Shown::wanted(model),
    };
    let [height, width] =
        model.size.or(data.map(|data| [data.shape[1], data.shape[2]])).unwrap_or([USUAL_SIDE; 2]);
    let side = height.min(width);
    let scales = Scales::for_side(side);
    let (mean, std, usual) = usual(model);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let values = context! {
        version => env!("CARGO_PKG_VERSION"),
        model_name => model.path.file_name().unwrap_or_default().to_string_lossy(),
        file => path.display().to_string(),
        run_folder => quoted(&format!("runs/{stem}")),
        data_comment => shown.comment,
        format => shown.format.name(),
        images => shown.images,
        labels => shown.labels,
        resize => shown.resize,
        grey => shown.format == Format::Folder && model.channels == Some(1),
        count => shown.count,
        stride => shown.stride,
        input => model.input,
        input_shape => input_shape(model),
        classes => model.classes.map_or("the number of classes shows when it runs".to_owned(), |k| format!("{k} classes")),
        model => place.relative(&model.path)?,
        nhwc => model.layout == Layout::Nhwc,
        label_offset => shown.label_offset,
        label_reason => if shown.label_offset == Some(1) { "class 0 is a background" } else { "labels count from 1" },
        usual => usual,
        mean => mean,
        std => std,
        colour => model.channels == Some(3),
        draws => if side < 64 { 100_000 } else { 20_000 },
        border => border(scales.rotation.end, side),
        scales => scales,
    };
    let mut environment = Environment::empty();
    environment.set_keep_trailing_newline(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    Ok(environment.render_str(TEMPLATE, values)?)
}

/// The keys of the data.
struct Shown {
    comment: Vec<String>,
    format: Format,
    images: String,
    labels: Option<String>,
    resize: Option<String>,
    count: Option<usize>,
    stride: Option<usize>,
    label_offset: Option<i64>,
}

impl Shown {
    /// Data that is there.
    fn found(data: &Data, place: &Place) -> Result<Self, InitError> {
        let [channels, height, width] = data.shape;
        let count = data.count.min(IMAGES);
        let stride = data.count / count.max(1);
        let all = if count < data.count { format!(", of which {count} are taken") } else { String::new() };
        let labels = data.source.labels.as_ref().map(|path| place.relative(path)).transpose()?;
        Ok(Self {
            comment: vec![format!("{} images of {channels}x{height}x{width}{all}.", data.count)],
            format: data.source.format,
            images: place.relative(&data.source.images)?,
            labels,
            resize: data.source.resize.map(pair),
            count: Some(count),
            stride: (stride > 1).then_some(stride),
            label_offset: (data.label_offset != 0).then_some(data.label_offset),
        })
    }

    /// Data that is to be put there, as models of this shape usually have it.
    fn wanted(model: &Model) -> Self {
        let (format, images, labels) = match (model.channels, model.size, model.classes) {
            (Some(3), Some([32, 32]), Some(100)) => (Format::Cifar100, "PATH/TO/cifar-100-binary", None),
            (Some(3), Some([32, 32]), _) => (Format::Cifar10, "PATH/TO/cifar-10-batches-bin", None),
            (Some(1), Some([28, 28]), _) => {
                (Format::Idx, "PATH/TO/t10k-images-idx3-ubyte.gz", Some("PATH/TO/t10k-labels-idx1-ubyte.gz"))
            }
            _ => (Format::Folder, "PATH/TO/images", None),
        };
        let comment = [
            "No data was found beside the model: name yours here, or write this file again with --data PATH. Formats: idx and npy (with",
            "`labels`), npz (arrays `images` and `labels`), cifar10, cifar100, or a folder with a directory of images for each class (or",
            "with `labels`, a CSV file of the columns file and label).",
        ];
        Self {
            comment: comment.map(str::to_owned).to_vec(),
            format,
            images: quoted(images),
            labels: labels.map(quoted),
            resize: (format == Format::Folder).then(|| pair(model.size.unwrap_or([USUAL_SIDE; 2]))),
            count: None,
            stride: None,
            label_offset: (model.classes == Some(1001)).then_some(1),
        }
    }
}

/// Where the audit file lies.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn of(audit: &Path) -> Result<Self, InitError> {
        let folder = audit.parent().unwrap_or(Path::new(""));
        Ok(Self { folder: resolved(folder)? })
    }

    /// A path as the file has it: relative to its folder where one leads there, with forward slashes.
    fn relative(&self, path: &Path) -> Result<String, InitError> {
        let path = resolved(path)?;
        let relative = pathdiff::diff_paths(&path, &self.folder).unwrap_or(path);
        Ok(quoted(&relative.display().to_string().replace('\\', "/")))
    }
}

/// The absolute path, through all links; of what is not there yet, through those of the folder that is.
fn resolved(path: &Path) -> Result<PathBuf, InitError> {
    let fault = |source| InitError::Write { path: path.to_owned(), source };
    let absolute = std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let absolute = absolute.map_err(fault)?;
    let mut missing = Vec::new();
    for known in absolute.ancestors() {
        if let Ok(real) = known.canonicalize() {
            return Ok(missing.iter().rev().fold(real, |path, name| path.join(name)));
        }
        missing.extend(known.file_name());
    }
    Ok(absolute.clone())
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn pair([height, width]: [usize; 2]) -> String {
    format!("[{height}, {width}]")
}

/// "N x 3 x 224 x 224", in the model's own order.
fn input_shape(model: &Model) -> String {
    let text = |size: Option<usize>| size.map_or("?".to_owned(), |size| size.to_string());
    let (channels, [height, width]) = (
        text(model.channels),
        match model.size {
            Some(size) => size.map(|side| side.to_string()),
            None => ["height".to_owned(), "width".to_owned()],
        },
    );
    match model.layout {
        Layout::Nchw => format!("N x {channels} x {height} x {width}"),
        Layout::Nhwc => format!("N x {height} x {width} x {channels}"),
    }
}

fn usual(model: &Model) -> Usual {
    match model.channels {
        _ if model.is_of_imagenet() => {
            ("[0.485, 0.456, 0.406]", "[0.229, 0.224, 0.225]", ", for most of ImageNet's")
        }
        _ if model.is_of_cifar() => {
            ("[0.4914, 0.4822, 0.4465]", "[0.2470, 0.2435, 0.2616]", ", for many of CIFAR's")
        }
        Some(1) => ("[0.5]", "[0.5]", ", for pixels from -1 to 1"),
        _ => ("[0.5, 0.5, 0.5]", "[0.5, 0.5, 0.5]", ", for pixels from -1 to 1"),
    }
}

/// How far a turn by so many degrees moves the middle of an image's side, in pixels.
fn border(degrees: f64, side: usize) -> String {
    format!("{:.1}", degrees.to_radians() * side as f64 / 2.0)
}
