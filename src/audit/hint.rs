//! "Did you mean": the known name nearest to one that was written.

/// The known name nearest to `found`, if one is near.
pub fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let scored = known.map(|name| (strsim::jaro_winkler(found, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.75).then(|| best.1.to_owned())
}

/// The name nearest to the unknown one in a message of the form "unknown field `a`, expected one of `b`, `c`".
pub fn nearest_known(message: &str) -> Option<String> {
    if !message.starts_with("unknown") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let found = names.next()?;
    nearest(found, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_near_name_only() {
        assert_eq!(nearest("modle", ["model", "mean", "std"].into_iter()), Some("model".into()));
        assert_eq!(nearest("xyz", ["model", "mean"].into_iter()), None);
        let message = "unknown field `alhpa`, expected one of `mode`, `alpha`, `select`";
        assert_eq!(nearest_known(message), Some("alpha".into()));
        assert_eq!(nearest_known("missing field `alpha`"), None);
    }
}
