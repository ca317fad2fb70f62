//! What a model must declare to be certified as an image classifier.

use super::contract::{Batch, ContractError, NamedModel};
use super::signature::TensorDeclaration;

/// Order of an image batch's axes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Batch, channels, height, width.
    #[default]
    Nchw,
    /// Batch, height, width, channels.
    Nhwc,
}

impl Layout {
    /// Axes of channels, height and width in a batch of images.
    #[must_use]
    pub fn axes(self) -> [usize; 3] {
        match self {
            Self::Nchw => [1, 2, 3],
            Self::Nhwc => [3, 1, 2],
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Nchw => "[N, C, H, W]",
            Self::Nhwc => "[N, H, W, C]",
        }
    }
}

/// A classifier's face: one float32 batch of images in, one float32 row of scores for each image out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassifierContract {
    /// Name of the image input.
    pub input: String,
    /// Name of the score output.
    pub output: String,
    /// How many images are taken at once.
    pub batch: Batch,
    /// Channels of an image, where declared.
    pub channels: Option<usize>,
    /// Height of an image, where declared.
    pub height: Option<usize>,
    /// Width of an image, where declared.
    pub width: Option<usize>,
    /// Classes, where declared; at least 2. Otherwise one run tells them.
    pub classes: Option<usize>,
}

impl ClassifierContract {
    /// Checks a model's declarations against the contract.
    ///
    /// # Errors
    /// [`ContractError`], which names model, tensor, what was found and what was expected.
    pub fn of(model: NamedModel<'_>, layout: Layout) -> Result<Self, ContractError> {
        let (input, output) = model.single("a batch of images", "scores [N, K]")?;
        model.require_rank(&input, 4, layout.text())?;
        let batch = Batch::of(&input);
        let classes = classes(model, &output, batch)?;
        let [channels, height, width] = layout.axes().map(|axis| input.known(axis));
        Ok(Self { input: input.name, output: output.name, batch, channels, height, width, classes })
    }
}

/// Checks the score output; a shape that is not declared at all is left to be found out by running.
fn classes(
    model: NamedModel<'_>,
    output: &TensorDeclaration,
    batch: Batch,
) -> Result<Option<usize>, ContractError> {
    if output.dims.is_none() {
        return Ok(None);
    }
    model.require_rank(output, 2, "[N, K]")?;
    match (batch, output.known(0)) {
        (Batch::Fixed(n), Some(rows)) if rows != n => Err(model.shape_error(output, &format!("[{n}, K]"))),
        (Batch::Dynamic, Some(_)) => {
            let expected =
                "[N, K] with a free N, as at the input (export with a dynamic batch axis throughout)";
            Err(model.shape_error(output, expected))
        }
        _ => match output.known(1) {
            Some(found) if found < 2 => {
                let (model, tensor) = (model.name.to_owned(), output.name.clone());
                Err(ContractError::TooFewClasses { model, tensor, found })
            }
            classes => Ok(classes),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::signature::ElementType;
    use crate::onnx::model::testing::{self, Build, node};
    use crate::onnx::proto::ModelProto;
    use crate::onnx::proto::tensor_proto::DataType;

    fn contract(proto: &ModelProto, layout: Layout) -> Result<ClassifierContract, ContractError> {
        ClassifierContract::of(NamedModel { name: "m.onnx", proto }, layout)
    }

    fn declared(image: &[&str], scores: Option<&[&str]>) -> ModelProto {
        Build::new(image).node(node("Relu", &["image"], &["scores"])).output("scores", scores).model()
    }

    #[test]
    fn sizes_follow_the_layout() {
        let found = contract(&testing::small_classifier(), Layout::Nchw).unwrap();
        assert_eq!((found.input.as_str(), found.output.as_str()), ("image", "logits"));
        assert_eq!((found.batch, found.classes), (Batch::Dynamic, Some(10)));
        assert_eq!((found.channels, found.height, found.width), (Some(3), Some(8), Some(8)));

        let model = declared(&["16", "24", "w", "1"], Some(&["16", "?"]));
        let found = contract(&model, Layout::Nhwc).unwrap();
        assert_eq!((found.batch, found.classes), (Batch::Fixed(16), None));
        assert_eq!((found.channels, found.height, found.width), (Some(1), Some(24), None));
    }

    #[test]
    fn old_models_and_undeclared_outputs_are_taken() {
        assert!(contract(&testing::old_classifier(), Layout::Nchw).is_ok());
        let found = contract(&declared(&["n", "3", "8", "8"], None), Layout::Nchw).unwrap();
        assert_eq!(found.classes, None);
    }

    #[test]
    fn one_class_is_refused() {
        let error = contract(&declared(&["n", "3", "8", "8"], Some(&["n", "1"])), Layout::Nchw).unwrap_err();
        assert!(matches!(error, ContractError::TooFewClasses { found: 1, .. }));
    }

    #[test]
    fn wrong_shapes_name_model_tensor_found_and_expected() {
        let error =
            contract(&declared(&["n", "784"], Some(&["n", "10"])), Layout::Nchw).unwrap_err().to_string();
        assert_eq!(error, "model m.onnx: tensor `image`: expected shape [N, C, H, W], found [n, 784]");
        for scores in [["n", "10", "1", "1"].as_slice(), &["10"], &["1", "10"]] {
            let error = contract(&declared(&["n", "3", "8", "8"], Some(scores)), Layout::Nchw).unwrap_err();
            assert!(matches!(error, ContractError::Shape { .. }), "{error}");
        }
        let error = contract(&declared(&["4", "3", "8", "8"], Some(&["8", "10"])), Layout::Nchw).unwrap_err();
        assert!(error.to_string().contains("expected shape [4, K], found [8, 10]"), "{error}");
    }

    #[test]
    fn other_element_types_and_counts_are_refused() {
        for element in [DataType::Float16, DataType::Double, DataType::Uint8] {
            let mut build = testing::small_classifier_build();
            build.inputs[0] = testing::info("image", element, Some(&["n", "3", "8", "8"]));
            let error = contract(&build.model(), Layout::Nchw).unwrap_err();
            let expected = ElementType::Tensor(element);
            assert!(matches!(error, ContractError::Element { found, .. } if found == expected), "{error}");
        }
        let two = testing::small_classifier_build().output("flat", None).model();
        let error = contract(&two, Layout::Nchw).unwrap_err().to_string();
        assert!(error.contains("found 2: `logits`: float32 [batch, 10]; `flat`: float32"), "{error}");
        let mut build = testing::small_classifier_build();
        build.inputs.push(testing::float_info("mask", None));
        assert!(matches!(contract(&build.model(), Layout::Nchw), Err(ContractError::Inputs { .. })));
    }
}
