//! A transformation tau(xi, x), whatever it is made of: a plugin, or an ONNX graph. The rest of the house sees this type
//! only.

mod error;
mod graph;

pub use error::TransformationError;
pub use graph::GraphTransformation;

use crate::host::{self, HostError, PluginInfo};

/// A family of image transformations tau(xi, x) with m parameters; at the identity it returns x bit for bit.
#[derive(Debug)]
pub struct Transformation {
    made_of: MadeOf,
}

#[derive(Debug)]
enum MadeOf {
    Plugin(host::Transformation),
    Graph(Box<GraphTransformation>),
}

/// How much is known of a transformation's composition with itself (MATHEMATICS 2).
pub use crate::host::Class;
/// The law of gamma(theta, xi).
pub use crate::host::LawOfGamma;
/// A parameter: name, unit, domain and identity.
pub use crate::host::ParameterInfo;

impl Transformation {
    /// A transformation given by a plugin.
    pub fn from_plugin(plugin: host::Transformation) -> Self {
        Self { made_of: MadeOf::Plugin(plugin) }
    }

    /// A transformation given by an ONNX graph.
    pub fn from_graph(graph: GraphTransformation) -> Self {
        Self { made_of: MadeOf::Graph(Box::new(graph)) }
    }

    /// The plugin, of which alone more than values may be known.
    fn plugin(&self) -> Option<&host::Transformation> {
        match &self.made_of {
            MadeOf::Plugin(plugin) => Some(plugin),
            MadeOf::Graph(_) => None,
        }
    }

    /// The plugin's id; `onnx_transform` for a graph.
    pub fn id(&self) -> &str {
        &self.info().id
    }

    /// What the plugin declares of itself.
    pub fn info(&self) -> &PluginInfo {
        match &self.made_of {
            MadeOf::Plugin(plugin) => plugin.info(),
            MadeOf::Graph(graph) => graph.info(),
        }
    }

    /// The parameters, m of them.
    pub fn parameters(&self) -> &[ParameterInfo] {
        &self.info().parameters
    }

    /// What is stated of its composition.
    pub fn class(&self) -> Class {
        self.info().class.unwrap_or(Class::NonResolvable)
    }

    /// Whether every entry of a parameter vector lies in its domain.
    pub fn in_domain(&self, parameters: &[f64]) -> bool {
        parameters.len() == self.parameters().len()
            && self.parameters().iter().zip(parameters).all(|(p, v)| *v >= p.low && *v <= p.high)
    }

    /// Transforms each of n images (dense NCHW, `shape` = [n, C, H, W]) by its own m parameters.
    ///
    /// # Errors
    /// If a buffer has the wrong size, the plugin or graph fails, or its output is not finite.
    pub fn apply(
        &self,
        images: &[f32],
        shape: [usize; 4],
        parameters: &[f64],
        out: &mut [f32],
    ) -> Result<(), TransformationError> {
        match &self.made_of {
            MadeOf::Plugin(plugin) => Ok(plugin.apply(images, shape, parameters, out)?),
            MadeOf::Graph(graph) => graph.apply(images, shape[1..].iter().product(), parameters, out),
        }
    }

    /// tau(xi, x) of one image at each of several parameter vectors, one after another (n * m values in `parameters`).
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_at(
        &self,
        image: &[f32],
        shape: [usize; 3],
        parameters: &[f64],
    ) -> Result<Vec<f32>, TransformationError> {
        let count = parameters.len() / self.parameters().len().max(1);
        let copies = image.repeat(count);
        let mut out = vec![0.0; copies.len()];
        let [channels, height, width] = shape;
        self.apply(&copies, [count, channels, height, width], parameters, &mut out)?;
        Ok(out)
    }

    /// gamma(theta, xi) for one pair, as certificates take it; `None` where the transformation states none. See
    /// [`host::Transformation::gamma`].
    ///
    /// # Errors
    /// If the plugin fails.
    pub fn gamma(&self, shape: [usize; 3], theta: &[f64], xi: &[f64]) -> Result<Option<Vec<f64>>, HostError> {
        self.plugin().map_or(Ok(None), |plugin| plugin.gamma(shape, theta, xi))
    }

    /// gamma(0, xi) for n points (n x m): what xi adds to theta where the class is additive, which a graph's never is.
    ///
    /// # Errors
    /// If the plugin fails, or does not say.
    pub fn shift(&self, xi: &[f64]) -> Result<Vec<f64>, HostError> {
        self.plugin().map_or_else(|| Ok(xi.to_vec()), |plugin| plugin.shift(xi))
    }

    /// The law of gamma(theta, xi) for Gaussian theta; `None` where the transformation states none.
    ///
    /// # Errors
    /// If the plugin fails.
    pub fn law_of_gamma(&self, xi: &[f64]) -> Result<Option<LawOfGamma>, HostError> {
        self.plugin().map_or(Ok(None), |plugin| plugin.law_of_gamma(xi))
    }

    /// m proven bounds on the l2 norm of d tau(xi, x) / d xi_j over a box; `None` where the transformation states none.
    ///
    /// # Errors
    /// If the plugin fails.
    pub fn lipschitz(
        &self,
        image: &[f32],
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<Vec<f64>>, HostError> {
        self.plugin().map_or(Ok(None), |plugin| plugin.lipschitz(image, shape, low, high))
    }

    /// A proven bound on the l2 distance between the computed and the exact tau(xi, x) over a box; `None` where the
    /// transformation states none.
    ///
    /// # Errors
    /// If the plugin fails.
    pub fn rounding(
        &self,
        image: &[f32],
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<f64>, HostError> {
        self.plugin().map_or(Ok(None), |plugin| plugin.rounding(image, shape, low, high))
    }

    /// All parameter points of a box that act differently on images of a shape, for transformations with finitely many.
    ///
    /// # Errors
    /// If the plugin fails.
    pub fn levels(
        &self,
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<Vec<Vec<f64>>>, HostError> {
        let m = self.parameters().len().max(1);
        let values = self.plugin().map_or(Ok(None), |plugin| plugin.levels(shape, low, high))?;
        Ok(values.map(|values| values.chunks_exact(m).map(<[f64]>::to_vec).collect()))
    }
}
