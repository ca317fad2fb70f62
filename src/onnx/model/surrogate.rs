//! What the three parts of a surrogate, tau(theta, x) ~ H(F1(theta) + F2(x)), must declare.
//!
//! H's only non-constant input must be the sum: whatever else of x or theta reached H would void the bound of the
//! semantic channel, which compares the laws of the sum alone.

use super::contract::{Batch, ContractError, NamedModel, shape_text};
use super::signature::{DeclaredDim, TensorDeclaration};

/// The faces of F1, F2 and H.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurrogateContract {
    /// Name of F1's input, theta \[N, m\].
    pub theta_input: String,
    /// Name of F1's output, which has the code's shape.
    pub f1_output: String,
    /// m, the number of parameters.
    pub parameters: usize,
    /// How many parameter vectors F1 takes at once.
    pub f1_batch: Batch,
    /// Name of F2's input, a batch of images.
    pub image_input: String,
    /// Name of F2's output, the code.
    pub f2_output: String,
    /// How many images F2 takes at once.
    pub f2_batch: Batch,
    /// Name of H's input, the sum.
    pub h_input: String,
    /// Name of H's output, a batch of images.
    pub h_output: String,
    /// How many sums H takes at once.
    pub h_batch: Batch,
    /// The three axes of an image after the batch, in the order of the models; `None` where undeclared.
    pub image: [Option<usize>; 3],
    /// The code's axes after the batch, as far as the three models declare them; `None` if none declares the rank.
    pub code: Option<Vec<Option<usize>>>,
}

impl SurrogateContract {
    /// Checks the declarations of three models against the contract and against each other.
    ///
    /// # Errors
    /// [`ContractError`], which names model, tensor, what was found and what was expected.
    pub fn of(f1: NamedModel<'_>, f2: NamedModel<'_>, h: NamedModel<'_>) -> Result<Self, ContractError> {
        let (theta, f1_output) =
            f1.single("the parameters theta [N, m]", "F1(theta), of the code's shape")?;
        let (image, f2_output) = f2.single("a batch of images", "the code F2(x)")?;
        let (sum, h_output) = h.single("the sum F1(theta) + F2(x) alone", "a batch of images")?;
        f1.require_rank(&theta, 2, "[N, m]")?;
        let parameters = theta.known(1).ok_or_else(|| f1.shape_error(&theta, "[N, m] with m declared"))?;
        f2.require_rank(&image, 4, "[N, C, H, W]")?;
        if h_output.dims.is_some() {
            h.require_rank(&h_output, 4, "[N, C, H, W]")?;
        }
        let image_sizes = agreed(after_batch(&image), h, &h_output)?.unwrap_or_else(|| vec![None; 3]);
        let code = agreed(after_batch(&f2_output), f1, &f1_output)?;
        let code = agreed(code, h, &sum)?;
        Ok(Self {
            parameters,
            f1_batch: Batch::of(&theta),
            f2_batch: Batch::of(&image),
            h_batch: Batch::of(&sum),
            theta_input: theta.name,
            f1_output: f1_output.name,
            image_input: image.name,
            f2_output: f2_output.name,
            h_input: sum.name,
            h_output: h_output.name,
            image: std::array::from_fn(|i| image_sizes[i]),
            code,
        })
    }

    /// d, the number of the code's dimensions, where all its axes are declared.
    #[must_use]
    pub fn code_dimension(&self) -> Option<usize> {
        self.code.as_ref()?.iter().try_fold(1_usize, |product, size| product.checked_mul((*size)?))
    }
}

fn after_batch(tensor: &TensorDeclaration) -> Option<Vec<Option<usize>>> {
    let dims = tensor.dims.as_ref()?;
    Some(dims.iter().skip(1).map(DeclaredDim::known).collect())
}

/// Joins what is known of a shape with what another tensor declares; they must not contradict each other.
fn agreed(
    known: Option<Vec<Option<usize>>>,
    model: NamedModel<'_>,
    tensor: &TensorDeclaration,
) -> Result<Option<Vec<Option<usize>>>, ContractError> {
    let (known, declared) = match (known, after_batch(tensor)) {
        (Some(known), Some(declared)) => (known, declared),
        (one, other) => return Ok(one.or(other)),
    };
    let contradicts =
        |(a, b): (&Option<usize>, &Option<usize>)| matches!((a, b), (Some(a), Some(b)) if a != b);
    if known.len() != declared.len() || known.iter().zip(&declared).any(contradicts) {
        let mut expected = vec![DeclaredDim::Symbol("N".into())];
        expected.extend(known.iter().map(|size| size.map_or(DeclaredDim::Unknown, DeclaredDim::Known)));
        return Err(model.shape_error(tensor, &shape_text(Some(&expected))));
    }
    Ok(Some(known.iter().zip(&declared).map(|(a, b)| a.or(*b)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::testing::{Build, float_info, node};
    use crate::onnx::proto::ModelProto;

    fn part(input: Option<&[&str]>, output: Option<&[&str]>) -> ModelProto {
        let mut build = Build::new(&[]);
        build.inputs = vec![float_info("in", input)];
        build.node(node("Relu", &["in"], &["out"])).output("out", output).model()
    }

    fn contract(
        f1: &ModelProto,
        f2: &ModelProto,
        h: &ModelProto,
    ) -> Result<SurrogateContract, ContractError> {
        let [f1, f2, h] = [("f1", f1), ("f2", f2), ("h", h)].map(|(name, proto)| NamedModel { name, proto });
        SurrogateContract::of(f1, f2, h)
    }

    const CODE: [&str; 4] = ["n", "8", "14", "14"];
    const IMAGE: [&str; 4] = ["n", "1", "28", "28"];

    #[test]
    fn shapes_are_joined() {
        let f1 = part(Some(&["n", "2"]), Some(&["n", "8", "?", "14"]));
        let f2 = part(Some(&IMAGE), Some(&["n", "?", "14", "?"]));
        let h = part(None, None);
        let found = contract(&f1, &f2, &h).unwrap();
        assert_eq!((found.parameters, found.code_dimension()), (2, Some(8 * 14 * 14)));
        assert_eq!(found.image, [Some(1), Some(28), Some(28)]);
        let unknown = contract(&f1, &part(Some(&IMAGE), None), &h).unwrap();
        assert_eq!(unknown.code_dimension(), None);
    }

    #[test]
    fn contradictions_are_found() {
        let f1 = part(Some(&["n", "1"]), Some(&CODE));
        let f2 = part(Some(&IMAGE), Some(&CODE));
        let h = part(Some(&CODE), Some(&IMAGE));
        assert!(contract(&f1, &f2, &h).is_ok());
        // A sum by broadcasting is not a sum in the code's space.
        let f1_small = part(Some(&["n", "1"]), Some(&["n", "8", "1", "1"]));
        let error = contract(&f1_small, &f2, &h).unwrap_err().to_string();
        assert_eq!(error, "model f1: tensor `out`: expected shape [N, 8, 14, 14], found [n, 8, 1, 1]");
        let h_other = part(Some(&["n", "8", "7", "7"]), Some(&IMAGE));
        assert!(contract(&f1, &f2, &h_other).unwrap_err().to_string().starts_with("model h: tensor `in`"));
        let h_image = part(Some(&CODE), Some(&["n", "1", "14", "14"]));
        assert!(contract(&f1, &f2, &h_image).unwrap_err().to_string().starts_with("model h: tensor `out`"));
        let f1_free = part(Some(&["n", "m"]), Some(&CODE));
        assert!(contract(&f1_free, &f2, &h).unwrap_err().to_string().contains("with m declared"));
        let f2_flat = part(Some(&["n", "784"]), Some(&CODE));
        assert!(contract(&f1, &f2_flat, &h).is_err());
        let mut h_two = h.clone();
        h_two.graph.as_mut().unwrap().input.push(float_info("x", None));
        assert!(matches!(contract(&f1, &f2, &h_two), Err(ContractError::Inputs { .. })));
    }
}
