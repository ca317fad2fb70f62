use gsmooth_plugin_abi::{OptionSpec, Parameter};

use crate::{Image, ImageMut, Images, ImagesMut, Options, Result};

/// What is known about compositions of a transformation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// tau(theta, tau(xi, x)) = tau(theta + xi, x), exactly in real arithmetic and without clipping; the identity is 0. With
    /// [`Transformation::LEVELS`]: tau(theta + gamma(0, xi), x), where [`Transformation::COMPOSE`] gives as gamma(0, xi) the
    /// level that xi acts like.
    Additive,
    /// tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x); [`Transformation::LAW_OF_GAMMA`] states the law of gamma for Gaussian
    /// theta.
    Resolvable,
    /// Nothing is promised.
    NonResolvable,
}

/// `(self, theta, xi, gamma)`: writes gamma(theta, xi); m values each.
pub type Compose<T> = fn(&T, theta: &[f64], xi: &[f64], gamma: &mut [f64]) -> Result;

/// `(self, xi, shift, scale)`: for independent Gaussian theta of mean 0, gamma(theta, xi) has independent Gaussian coordinates
/// with mean `shift` and standard deviation `scale` times theta's; m values each.
pub type LawOfGamma<T> = fn(&T, xi: &[f64], shift: &mut [f64], scale: &mut [f64]) -> Result;

/// `(self, anchor, xi, out)`: writes the parameters that take tau(anchor, x) to tau(xi, x); m values each.
pub type Relative<T> = fn(&T, anchor: &[f64], xi: &[f64], out: &mut [f64]) -> Result;

/// `(self, x, low, high, bound)`: writes m proven bounds, the j-th on the l2 norm over pixels of d tau(xi, x) / d xi_j for all
/// xi of the box, rounded up.
pub type Lipschitz<T> = fn(&T, Image<'_>, low: &[f64], high: &[f64], bound: &mut [f64]) -> Result;

/// `(self, x, low, high)`: a proven bound on the l2 distance over pixels between the computed and the exact tau(xi, x), for all
/// xi of the box.
pub type Rounding<T> = fn(&T, Image<'_>, low: &[f64], high: &[f64]) -> Result<f64>;

/// `(self, [channels, height, width], low, high)`: all parameter points of the box that act differently on such images,
/// row-major (m values a point).
pub type Levels<T> = fn(&T, shape: [usize; 3], low: &[f64], high: &[f64]) -> Result<Vec<f64>>;

/// A transformation tau(xi, x) of images with m parameters xi.
///
/// `apply` is a deterministic function of image and parameters. At the identity it returns its input bit for bit, it returns
/// finite values, and it does not clip: a host certifies what the function does, so that what it does must be what it says.
pub trait Transformation: Sized + Send + Sync + 'static {
    /// Name, `[a-z0-9_]+`: what users write into audit files.
    const ID: &'static str;
    /// What it does, for users.
    const DOC: &'static str;
    /// What is known about compositions.
    const CLASS: Class;
    /// The m parameters, at least one, with their domains.
    const PARAMETERS: &'static [Parameter];
    /// Options it takes.
    const OPTIONS: &'static [OptionSpec] = &[];
    /// Whether calls may overlap on several threads. `false` costs speed: the host then locks the whole library. It is for
    /// wrappers of foreign code; safe Rust code is thread-safe.
    const THREAD_SAFE: bool = true;

    /// gamma(theta, xi). Additive transformations need not give it, unless they have [`Transformation::LEVELS`]: theirs is theta + xi.
    const COMPOSE: Option<Compose<Self>> = None;
    /// The law of gamma; required for [`Class::Resolvable`].
    const LAW_OF_GAMMA: Option<LawOfGamma<Self>> = None;
    /// From one anchor to a point.
    const RELATIVE: Option<Relative<Self>> = None;
    /// A proven bound on the speed; without it no range is `proven` between sampled points.
    const LIPSCHITZ: Option<Lipschitz<Self>> = None;
    /// A proven bound on the rounding error of `apply`.
    const ROUNDING: Option<Rounding<Self>> = None;
    /// The finitely many parameter points, where there are finitely many.
    const LEVELS: Option<Levels<Self>> = None;

    /// An instance with these options.
    ///
    /// # Errors
    /// The options do not go together.
    fn create(options: &Options<'_>) -> Result<Self>;

    /// Writes tau(`parameters`, `image`) to `out`, which has the shape of `image`.
    ///
    /// # Errors
    /// The image cannot be transformed; its shape is unfit, say.
    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result;

    /// Transforms image i by parameters i (row-major, m values a point). The host calls this once a batch; the default calls
    /// [`Transformation::apply`] for each image. The result must not depend on how images are batched.
    ///
    /// # Errors
    /// One of the images cannot be transformed.
    fn apply_batch(&self, images: Images<'_>, parameters: &[f64], mut out: ImagesMut<'_>) -> Result {
        let m = Self::PARAMETERS.len();
        for i in 0..images.count {
            self.apply(images.image(i), &parameters[i * m..(i + 1) * m], out.image(i))?;
        }
        Ok(())
    }
}
