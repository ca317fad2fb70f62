//! One image, one or two parameter points, one instance: what a transformation is tried on.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::super::trial::Input;
use super::picture::Picture;
use super::subject::{Subject, Variant};

/// An input of a test.
#[derive(Clone)]
pub(super) struct Probe<'a> {
    /// The instance.
    pub variant: &'a Variant,
    /// The image.
    pub picture: Rc<Picture>,
    /// What the points are called.
    pub roles: &'static [&'static str],
    /// Whose test it is.
    pub subject: &'a Subject<'a>,
    /// Parameter points, m values each, as many as roles.
    pub points: Vec<Vec<f64>>,
}

impl<'a> Probe<'a> {
    pub fn new(
        subject: &'a Subject<'a>,
        variant: &'a Variant,
        picture: &Rc<Picture>,
        roles: &'static [&'static str],
        points: Vec<Vec<f64>>,
    ) -> Self {
        Self { variant, picture: Rc::clone(picture), roles, points, subject }
    }
}

impl Display for Probe<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a {} image ({})", self.picture.size(), self.picture.what)?;
        for (role, point) in self.roles.iter().zip(&self.points) {
            let at = if role.is_empty() { String::new() } else { format!("{role} ") };
            write!(formatter, ", {at}{}", self.subject.space.describe(point))?;
        }
        formatter.write_str(&self.variant.label)
    }
}

impl Input for Probe<'_> {
    /// With fewer and fewer decimals.
    fn simpler(&self) -> Vec<Self> {
        let rounded = |decimals: i32| {
            let unit = 10_f64.powi(decimals);
            let value =
                |(j, value): (usize, &f64)| self.subject.space.inside(j, (value * unit).round() / unit);
            let point = |point: &Vec<f64>| point.iter().enumerate().map(value).collect();
            Self { points: self.points.iter().map(point).collect(), ..self.clone() }
        };
        (0..4).map(rounded).filter(|simpler| simpler.points != self.points).collect()
    }
}
