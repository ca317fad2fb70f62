//! What a transformation can prove of itself: speed, rounding, and finitely many points.

use super::error::HostError;
use super::transformation::Transformation;

/// Most values that `levels` may return: a bound on memory, far above any set that can be enumerated.
const MOST_LEVELS: usize = 1 << 24;

impl Transformation {
    /// For one image (shape c, h, w) and a box: m proven bounds on the l2 norm of d tau(xi, x) / d xi_j over the box; `None` if
    /// the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::apply`]; also a bound that is negative or no number.
    pub fn lipschitz(
        &self,
        image: &[f32],
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "lipschitz";
        let image = self.single(CALL, image, shape)?;
        self.check_box(CALL, low, high)?;
        let Some(lipschitz) = self.table.lipschitz else {
            return Ok(None);
        };
        let mut bound = vec![f64::NAN; low.len()];
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: one image, and m values each.
            unsafe {
                lipschitz(this, &raw const image, low.as_ptr(), high.as_ptr(), bound.as_mut_ptr(), error)
            }
        })?;
        self.finish(CALL, answer, bound, "a bound", |x| x >= 0.0)
    }

    /// For one image (shape c, h, w) and a box: a proven bound on the l2 distance between the computed and the exact tau(xi, x)
    /// over the box; `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::lipschitz`].
    pub fn rounding(
        &self,
        image: &[f32],
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<f64>, HostError> {
        const CALL: &str = "rounding";
        let image = self.single(CALL, image, shape)?;
        self.check_box(CALL, low, high)?;
        let Some(rounding) = self.table.rounding else {
            return Ok(None);
        };
        let mut bound = f64::NAN;
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: one image, m values each, and room for one value.
            unsafe { rounding(this, &raw const image, low.as_ptr(), high.as_ptr(), &raw mut bound, error) }
        })?;
        let bound = self.finish(CALL, answer, vec![bound], "a bound", |x| x >= 0.0)?;
        Ok(bound.and_then(|bound| bound.first().copied()))
    }

    /// All parameter points inside the box that act differently on images of shape c, h, w (m values a point), for
    /// transformations that have finitely many; `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::compose`]; also no points, points outside the box, or more than memory should hold.
    pub fn levels(
        &self,
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "levels";
        self.check_box(CALL, low, high)?;
        let Some(levels) = self.table.levels else {
            return Ok(None);
        };
        let [c, h, w] = shape.map(|size| size as u64);
        let fill = |out: &mut [f64], count: &mut u64| {
            self.instance.call_optional(CALL, |this, error| {
                // SAFETY: m values each, and room for as many values as `count` says.
                unsafe { levels(this, c, h, w, low.as_ptr(), high.as_ptr(), out.as_mut_ptr(), count, error) }
            })
        };
        let mut count = 0;
        if fill(&mut [], &mut count)?.is_none() {
            return Ok(None);
        }
        let whole = |count: u64| usize::try_from(count).ok().filter(|&count| count <= MOST_LEVELS);
        let m = self.parameters().len();
        // None at all would make every claim about all of them true.
        let good = |x: f64| x > 0.0 && whole(x as u64).is_some_and(|count| count.is_multiple_of(m));
        self.instance.values(CALL, &[count as f64], "a number of values that fits", good)?;
        let mut out = vec![f64::NAN; count as usize];
        let room = count;
        let answer = fill(&mut out, &mut count)?;
        self.instance
            .values(CALL, &[count as f64], "the number of values it announced", |x| x == room as f64)?;
        for (j, (&low, &high)) in low.iter().zip(high).enumerate() {
            let column: Vec<_> = out.iter().copied().skip(j).step_by(m).collect();
            self.instance.values(CALL, &column, "a value inside the box", |x| low <= x && x <= high)?;
        }
        Ok(answer.map(|()| out))
    }
}
