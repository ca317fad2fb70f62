//! What is measured: ResNet-20 under pixel noise, the smallest shipped surrogate with the classifier behind it, and a shipped
//! classifier under pixel noise.

use std::path::{Path, PathBuf};

use gsmooth::audit::plan::{Plan, PlanOptions};
use ndarray::{Array1, Array4};
use ndarray_npy::NpzWriter;
use prost::Message;

use crate::random_networks;

/// Draws of each of the two images.
const DRAWS: [u64; 3] = [2_000, 20_000, 4_000];

/// One audit in mode `fixed`.
pub struct Pipeline {
    /// Its name in the table.
    pub name: &'static str,
    audit: PathBuf,
}

impl Pipeline {
    /// Opens the audit.
    pub fn open(&self) -> anyhow::Result<Plan> {
        Ok(Plan::open(&self.audit, &PlanOptions::default(), &mut |message| eprintln!("{message}"))?)
    }
}

/// All pipelines, their files written to `folder`.
pub fn all(folder: &Path) -> anyhow::Result<Vec<Pipeline>> {
    std::fs::write(folder.join("resnet20.onnx"), random_networks::resnet20().encode_to_vec())?;
    write_images(&folder.join("images.npz"))?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx/mnist");
    let digits = format!(
        "format = \"idx\"\nimages = '{0}/test-images-idx3-ubyte.gz'\nlabels = '{0}/test-labels-idx1-ubyte.gz'",
        shipped.display()
    );
    let surrogate = format!(
        "method = \"semantic\"\nsurrogate = {{ f1 = '{0}/f1.onnx', f2 = '{0}/f2.onnx', h = '{0}/h.onnx' }}\n\
         noise = {{ plugin = \"gaussian\", scale = 0.25 }}",
        shipped.join("defocus-blur").display()
    );
    let pixel = "method = \"pixel\"";
    let written = |name, data: &str, model: PathBuf, method: &str, draws| -> anyhow::Result<Pipeline> {
        let audit = folder.join(format!("{draws}.toml"));
        std::fs::write(&audit, text(data, &model, method, draws))?;
        Ok(Pipeline { name, audit })
    };
    let colour = "format = \"npz\"\nimages = \"images.npz\"";
    let small = shipped.join("rows/defocus_blur.onnx");
    Ok(vec![
        written("ResNet-20, 32x32x3", colour, folder.join("resnet20.onnx"), pixel, DRAWS[0])?,
        written(
            "shipped surrogate, code 8x14x14",
            &digits,
            shipped.join("classifier.onnx"),
            &surrogate,
            DRAWS[1],
        )?,
        written("shipped row classifier, 28x28x1", &digits, small, pixel, DRAWS[2])?,
    ])
}

fn text(data: &str, model: &Path, method: &str, draws: u64) -> String {
    format!(
        "version = 1\n[data]\n{data}\ncount = 2\n[classifier]\nmodel = '{}'\n\
         [sampling]\nmode = \"fixed\"\nalpha = 0.001\ndraws = {draws}\n\
         [[case]]\nname = \"fixed\"\n{method}\nanchors = 1\nsemantic_noise = 0.25\n\
         transformation = {{ plugin = \"defocus_blur\", range = [0.0, 2.0] }}\nradii = [0.5, 1.0]\n",
        model.display()
    )
}

fn write_images(path: &Path) -> anyhow::Result<()> {
    let pixel = |(n, c, y, x): (usize, usize, usize, usize)| ((n * 89 + c * 61 + y * 7 + x * 13) % 256) as u8;
    let mut archive = NpzWriter::new(std::fs::File::create(path)?);
    archive.add_array("images", &Array4::from_shape_fn((2, 3, 32, 32), pixel))?;
    archive.add_array("labels", &Array1::from_vec(vec![0_u8, 1]))?;
    archive.finish()?;
    Ok(())
}
