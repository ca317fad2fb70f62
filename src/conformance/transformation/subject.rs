use std::rc::Rc;

use super::super::context::Context;
use super::super::options::{NoInstance, instances};
use super::super::random::Random;
use super::guarded;
use super::picture::Picture;
use super::probe::Probe;
use super::space::Space;
use crate::host::{HostError, PluginInfo, Registry, Transformation};

/// An instance with its options.
pub(super) struct Variant {
    /// The instance.
    pub(super) transformation: Transformation,
    /// What is particular about its options.
    pub(super) label: String,
}

/// A transformation under test.
pub(in super::super) struct Subject<'a> {
    /// What tests share.
    pub(super) context: &'a Context<'a>,
    /// Where its plugin is.
    pub(super) registry: &'a Registry,
    /// What it declares.
    pub(super) info: &'a PluginInfo,
    /// Its parameters.
    pub(super) space: Space,
    /// The ordinary instance first, then one for every other choice that its options offer.
    pub(super) variants: Vec<Variant>,
}

impl Variant {
    /// tau(point, x).
    pub(super) fn apply(
        &self,
        pixels: &[f32],
        [c, h, w]: [usize; 3],
        point: &[f64],
    ) -> Result<Vec<f32>, HostError> {
        guarded::apply(&self.transformation, pixels, [1, c, h, w], point, f32::NAN).result
    }
}

impl<'a> Subject<'a> {
    /// Makes the instances.
    ///
    /// # Errors
    /// The ordinary one cannot be made.
    pub fn new(
        context: &'a Context<'a>,
        registry: &'a Registry,
        info: &'a PluginInfo,
    ) -> Result<Self, NoInstance> {
        let made = instances(info, context, |options| registry.transformation(&info.id, options))?;
        let variant = |(transformation, label)| Variant { transformation, label };
        let variants = made.into_iter().map(variant).collect();
        Ok(Self { context, registry, info, space: Space::new(&info.parameters), variants })
    }

    /// The ordinary instance.
    pub(super) fn ordinary(&self) -> &Variant {
        &self.variants[0]
    }

    /// Random numbers of a test.
    pub(super) fn random(&self) -> Random {
        self.context.random(1)
    }

    /// A probe with one point for every variant, picture and point: small pictures first.
    pub(super) fn probes(&'a self, pictures: &[Rc<Picture>], points: &[Vec<f64>]) -> Vec<Probe<'a>> {
        let groups: Vec<_> = points.iter().map(|point| vec![point.clone()]).collect();
        self.probes_of(pictures, &[""], &groups)
    }

    /// The same with several points, each in its role.
    pub(super) fn probes_of(
        &'a self,
        pictures: &[Rc<Picture>],
        roles: &'static [&'static str],
        groups: &[Vec<Vec<f64>>],
    ) -> Vec<Probe<'a>> {
        let mut probes = Vec::new();
        for picture in pictures {
            for variant in &self.variants {
                probes.extend(
                    groups.iter().map(|group| Probe::new(self, variant, picture, roles, group.clone())),
                );
            }
        }
        probes
    }

    /// One picture of each shape.
    pub(super) fn pictures(
        shapes: &[[usize; 3]],
        random: &mut Random,
        make: impl Fn([usize; 3], &mut Random) -> Picture,
    ) -> Vec<Rc<Picture>> {
        shapes.iter().map(|&shape| Rc::new(make(shape, random))).collect()
    }
}
