use std::sync::Arc;

use gsmooth_plugin_abi::{self as abi, EstimatorTable, bound_kind};

use super::bridge::Bridge;
use super::error::HostError;
use super::info::{OptionValue, PluginInfo};
use super::instance::{Instance, present};
use super::oracle::Oracle;

/// Whether a bound may miss something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundKind {
    /// A maximum over sampled points.
    Estimated,
    /// A bound that holds between the points too.
    Proven,
}

/// An upper bound on the supremum of D between an anchor and the points of a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// In units of the noise; not negative; infinity where nothing is known.
    pub value: f64,
    /// Whether it may miss something.
    pub kind: BoundKind,
    /// Points evaluated, as the estimator counts them.
    pub evaluations: u64,
}

/// An M-estimator, from a plugin. Cheap to clone; clones share the instance.
#[derive(Debug, Clone)]
pub struct Estimator {
    instance: Arc<Instance>,
    table: &'static EstimatorTable,
}

impl Estimator {
    pub(super) fn new(instance: Instance, table: &'static EstimatorTable) -> Result<Self, HostError> {
        present(instance.info(), table.bound, "bound")?;
        Ok(Self { instance: Arc::new(instance), table })
    }

    /// Name of the plugin.
    pub fn id(&self) -> &str {
        &self.info().id
    }

    /// What the plugin declares.
    pub fn info(&self) -> &Arc<PluginInfo> {
        self.instance.info()
    }

    /// Every option with its value, defaults included.
    pub fn options(&self) -> impl Iterator<Item = (&str, Option<&OptionValue>)> {
        self.instance.options()
    }

    /// Bounds D between `anchor` and the points of the box [`low`, `high`], m values each. What an estimator calls proven counts
    /// as proven only if the oracle gave it a growth bound: nothing else says anything about the space between two points.
    ///
    /// # Errors
    /// Sizes that do not fit; the oracle's own error, whatever the estimator made of it; the estimator's error or panic; a bound
    /// that is negative or no number.
    pub fn bound(
        &self,
        oracle: &mut dyn Oracle,
        anchor: &[f64],
        low: &[f64],
        high: &[f64],
    ) -> Result<Bound, HostError> {
        const CALL: &str = "bound";
        let bound = present(self.info(), self.table.bound, CALL)?;
        let m = oracle.parameters();
        for (what, values) in [("the anchor", anchor), ("the low ends", low), ("the high ends", high)] {
            self.instance.size(CALL, what, values.len(), m)?;
        }
        let (range_low, range_high) = oracle.range();
        let (range_low, range_high) = (range_low.to_vec(), range_high.to_vec());
        self.instance.size(CALL, "the low ends of the range", range_low.len(), m)?;
        self.instance.size(CALL, "the high ends of the range", range_high.len(), m)?;
        let bridge = Bridge::new(oracle);
        let table = bridge.table(&range_low, &range_high);
        let mut out = abi::Bound { value: f64::NAN, kind: u32::MAX, padding: 0, evaluations: 0 };
        let outcome = self.instance.call(CALL, |this, error| {
            let (anchor, low, high) = (anchor.as_ptr(), low.as_ptr(), high.as_ptr());
            // SAFETY: m values each; table and bridge outlive the call.
            unsafe { bound(this, &raw const table, anchor, low, high, &raw mut out, error) }
        });
        let (failure, growth_was_proven) = bridge.finish();
        if let Some(source) = failure {
            return Err(HostError::Oracle { plugin: Arc::clone(self.info()), source });
        }
        outcome?;
        self.read(out, growth_was_proven)
    }

    fn read(&self, out: abi::Bound, growth_was_proven: bool) -> Result<Bound, HostError> {
        const CALL: &str = "bound";
        self.instance.values(CALL, &[out.value], "a bound", |value| value >= 0.0)?;
        let kind = f64::from(out.kind);
        let known = [f64::from(bound_kind::ESTIMATED), f64::from(bound_kind::PROVEN)];
        self.instance.values(CALL, &[kind], "a kind of bound", |kind| known.contains(&kind))?;
        let proven = out.kind == bound_kind::PROVEN && growth_was_proven;
        let kind = if proven { BoundKind::Proven } else { BoundKind::Estimated };
        Ok(Bound { value: out.value, kind, evaluations: out.evaluations })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::oracle::{LocalM, OracleError};
    use crate::host::testing::{registry, text};

    /// D = |xi - anchor|, with one parameter and two features.
    struct Line {
        proven: bool,
        fault: &'static str,
    }

    impl Oracle for Line {
        fn parameters(&self) -> usize {
            1
        }
        fn features(&self) -> usize {
            2
        }
        fn range(&self) -> (&[f64], &[f64]) {
            (&[0.0], &[5.0])
        }
        fn max_evaluations(&self) -> u64 {
            10
        }
        fn features_at(&mut self, xi: &[f64]) -> Result<Vec<f64>, OracleError> {
            Ok(xi.iter().flat_map(|xi| [*xi, 0.0]).collect())
        }
        fn derivative_at(&mut self, xi: &[f64], _: &[f64]) -> Result<(Vec<f64>, Vec<f64>), OracleError> {
            match self.fault {
                "error" => Err(OracleError::new("the session is gone")),
                "panic" => panic!("out of range"),
                "size" => Ok((vec![0.0; 7], vec![])),
                "absent" => Err(OracleError::Absent),
                _ => Ok((vec![0.0; 2 * xi.len()], vec![0.0; xi.len()])),
            }
        }
        fn distance_at(&mut self, anchor: &[f64], xi: &[f64]) -> Result<Vec<f64>, OracleError> {
            Ok(xi.iter().map(|xi| (xi - anchor[0]).abs()).collect())
        }
        fn local_m_at(&mut self, _: &[f64]) -> Result<LocalM, OracleError> {
            Err(OracleError::Absent)
        }
        fn growth_over(&mut self, _: &[f64], _: &[f64]) -> Result<Option<Vec<f64>>, OracleError> {
            Ok(self.proven.then(|| vec![1.0]))
        }
    }

    fn bound(value: Option<&str>, proven: bool, fault: &'static str) -> Result<Bound, HostError> {
        let options: Vec<_> = value.map(|value| text("value", value)).into_iter().collect();
        let ends = registry().estimator("ends", &options).unwrap();
        ends.bound(&mut Line { proven, fault }, &[1.0], &[0.5], &[3.0])
    }

    #[test]
    fn proven_counts_only_with_a_growth_bound() {
        let expected = Bound { value: 2.0, kind: BoundKind::Proven, evaluations: 2 };
        assert_eq!(bound(None, true, "").unwrap(), expected);
        assert_eq!(bound(None, false, "").unwrap(), Bound { kind: BoundKind::Estimated, ..expected });
    }

    #[test]
    fn the_oracles_own_error_comes_out_even_if_swallowed() {
        for (fault, message) in [
            ("error", "the session is gone"),
            ("panic", "the oracle panicked: out of range"),
            ("size", "returned 7 values of derivatives instead of 2"),
        ] {
            match bound(None, true, fault).unwrap_err() {
                HostError::Oracle { source, .. } => {
                    assert!(source.to_string().contains(message), "{source}")
                }
                other => panic!("{other}"),
            }
        }
        assert!(bound(None, true, "absent").is_ok());
    }

    #[test]
    fn bounds_that_are_none_are_errors() {
        for value in ["NaN", "-0.5", "-inf"] {
            let error = bound(Some(value), true, "").unwrap_err();
            assert!(matches!(error, HostError::Value { .. }), "{error}");
        }
        assert_eq!(bound(Some("inf"), true, "").unwrap().value, f64::INFINITY);
    }

    #[test]
    fn sizes_are_checked() {
        let ends = registry().estimator("ends", &[]).unwrap();
        let error = ends.bound(&mut Line { proven: true, fault: "" }, &[1.0, 2.0], &[0.5], &[3.0]);
        assert!(matches!(error, Err(HostError::Size { .. })));
    }
}
