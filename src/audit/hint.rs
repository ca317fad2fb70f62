//! Messages that help: the known name nearest to one that was written, and types by names that people use.

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

/// A message of the TOML parser with the types that it expects named as an author of audits knows them.
pub fn in_plain_words(message: &str) -> String {
    if message.contains("recursion limit") || message.contains("recursion depth") {
        return "tables or arrays are nested too deep".to_owned();
    }
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let found = match found {
        // How the parser hands dates over.
        "invalid type: map" if !expected.starts_with("struct ") => "invalid type: table or date",
        found if found.contains("$__toml_private_datetime") => "invalid type: date",
        found => found,
    };
    let plain = match expected {
        "u64" | "usize" => "a whole number, 0 or more",
        "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a string" | "path string" => "a text",
        "a spanned value" => "another value",
        _ if expected.starts_with("struct ") => "a table",
        _ => expected,
    };
    format!("{found}, expected {plain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_the_language_are_not_named() {
        let plain = in_plain_words("invalid value: integer `-3`, expected u64");
        assert_eq!(plain, "invalid value: integer `-3`, expected a whole number, 0 or more");
        let plain = in_plain_words("invalid type: integer `3`, expected struct Data");
        assert_eq!(plain, "invalid type: integer `3`, expected a table");
        let date = "invalid type: string \"$__toml_private_datetime\", expected a spanned value";
        assert_eq!(in_plain_words(date), "invalid type: date, expected another value");
        assert_eq!(in_plain_words("recursion limit"), "tables or arrays are nested too deep");
        for good in ["missing field `alpha`", "unknown field `a`, expected one of `mode`, `alpha`"] {
            assert_eq!(in_plain_words(good), good);
        }
    }

    #[test]
    fn finds_the_near_name_only() {
        assert_eq!(nearest("modle", ["model", "mean", "std"].into_iter()), Some("model".into()));
        assert_eq!(nearest("xyz", ["model", "mean"].into_iter()), None);
        let message = "unknown field `alhpa`, expected one of `mode`, `alpha`, `select`";
        assert_eq!(nearest_known(message), Some("alpha".into()));
        assert_eq!(nearest_known("missing field `alpha`"), None);
    }
}
