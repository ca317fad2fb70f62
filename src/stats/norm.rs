//! Norms of parameters.

/// How the size of several parameters is measured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Norm {
    /// The sum of absolute values.
    L1,
    /// The root of the sum of squares.
    #[default]
    L2,
    /// The largest absolute value.
    Linf,
}

impl Norm {
    /// All norms, by name.
    pub const ALL: [(&'static str, Self); 3] = [("l1", Self::L1), ("l2", Self::L2), ("linf", Self::Linf)];

    /// The norm of a vector, to within some ulps.
    pub fn of(self, vector: impl Iterator<Item = f64>) -> f64 {
        let mut sizes = vector.map(f64::abs);
        match self {
            Self::L1 => sizes.sum(),
            // One entry is its own norm, exactly.
            Self::L2 => {
                let sizes: Vec<f64> = sizes.collect();
                match sizes[..] {
                    [single] => single,
                    _ => sizes.iter().map(|size| size * size).sum::<f64>().sqrt(),
                }
            }
            Self::Linf => sizes.by_ref().fold(0.0, f64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_measure() {
        let vector = || [3.0, -4.0].into_iter();
        assert_eq!((Norm::L1.of(vector()), Norm::L2.of(vector()), Norm::Linf.of(vector())), (7.0, 5.0, 4.0));
        assert_eq!(Norm::L2.of([-0.1].into_iter()), 0.1);
    }
}
