//! From the scores of one draw to a vote (MATHEMATICS 8: fail closed).

/// A vote for a class; `None` is a failed draw, which counts against the certificate.
pub type Vote = Option<u32>;

/// The class of the largest score; no vote if a score is NaN or infinite, or the top is tied.
///
/// Logits and probabilities vote alike, since the vote is an argmax.
pub fn vote(scores: &[f32]) -> Vote {
    if scores.iter().any(|score| !score.is_finite()) {
        return None;
    }
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut at_top = scores.iter().enumerate().filter(|(_, score)| **score == top);
    let (class, _) = at_top.next()?;
    if at_top.next().is_some() { None } else { u32::try_from(class).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_class_gets_the_vote() {
        assert_eq!(vote(&[0.1, 3.0, -2.0]), Some(1));
        assert_eq!(vote(&[-5.0, -1.0, -2.0]), Some(1));
    }

    #[test]
    fn what_is_no_clear_answer_is_a_failure() {
        assert_eq!(vote(&[1.0, f32::NAN, 0.0]), None);
        assert_eq!(vote(&[1.0, f32::INFINITY]), None);
        assert_eq!(vote(&[1.0, f32::NEG_INFINITY]), None);
        assert_eq!(vote(&[2.0, 1.0, 2.0]), None);
        assert_eq!(vote(&[0.0, -0.0]), None, "zeros of both signs are equal");
        assert_eq!(vote(&[]), None);
    }
}
