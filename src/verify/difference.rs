//! Two JSON documents compared value by value, each difference with its place.

use serde_json::Value;

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands, such as `cells[3].p_star`.
    pub field: String,
    /// What stands there; `nothing` if it is absent.
    pub found: String,
    /// What should.
    pub expected: String,
}

/// Every value that differs, numbers to the last bit.
pub fn differences(found: &Value, expected: &Value) -> Vec<Difference> {
    let mut all = Vec::new();
    compare(&mut all, String::new(), Some(found), Some(expected));
    all
}

fn compare(all: &mut Vec<Difference>, field: String, found: Option<&Value>, expected: Option<&Value>) {
    match (found, expected) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let added = theirs.keys().filter(|key| !ours.contains_key(*key));
            for key in ours.keys().chain(added) {
                let dot = if field.is_empty() { "" } else { "." };
                compare(all, format!("{field}{dot}{key}"), ours.get(key), theirs.get(key));
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            for place in 0..ours.len().max(theirs.len()) {
                compare(all, format!("{field}[{place}]"), ours.get(place), theirs.get(place));
            }
        }
        _ => {
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            let (found, expected) = (text(found), text(expected));
            if found != expected {
                all.push(Difference { field, found, expected });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_that_differs_is_named() {
        let found = json!({ "a": 1, "cells": [{ "p": 0.1 }, { "p": 0.25 }], "more": null });
        let expected = json!({ "a": 1, "cells": [{ "p": 0.1 }, { "p": 0.250_000_000_000_000_06 }, {}] });
        let named: Vec<String> = differences(&found, &expected)
            .into_iter()
            .map(|d| format!("{} {} {}", d.field, d.found, d.expected))
            .collect();
        assert_eq!(
            named,
            ["cells[1].p 0.25 0.25000000000000006", "cells[2] nothing {}", "more null nothing"]
        );
        assert_eq!(differences(&json!(0.0), &json!(-0.0)).len(), 1, "to the last bit");
        assert!(differences(&found, &found).is_empty());
    }
}
