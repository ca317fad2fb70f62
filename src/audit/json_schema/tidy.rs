//! What generated schemas hold and TOML does not have: null, and formats of numbers.

use serde_json::Value;

/// Takes null out of what values may be, and formats that no editor knows.
pub(super) fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(entries) => {
            if entries.get("format").is_some_and(Value::is_string) {
                entries.shift_remove("format");
            }
            if let Some(Value::Array(types)) = entries.get_mut("type") {
                types.retain(|name| name != "null");
                if let [single] = &types[..] {
                    let single = single.clone();
                    entries.insert("type".to_owned(), single);
                }
            }
            if let Some(Value::Array(values)) = entries.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            without_null_choice(entries);
            entries.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// `anyOf` of something and null becomes that something.
fn without_null_choice(entries: &mut serde_json::Map<String, Value>) {
    let Some(Value::Array(choices)) = entries.get_mut("anyOf") else { return };
    let is_null = |choice: &Value| choice.get("type").is_some_and(|name| name == "null");
    if !choices.iter().any(is_null) {
        return;
    }
    choices.retain(|choice| !is_null(choice));
    if let [Value::Object(single)] = &choices[..] {
        let single = single.clone();
        entries.shift_remove("anyOf");
        for (key, value) in single {
            // The description of the key says more than that of its type.
            entries.entry(key).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_goes_and_the_rest_stays() {
        let mut schema = json!({
            "description": "of the key",
            "anyOf": [{ "description": "of the type", "oneOf": [{ "const": "a" }] }, { "type": "null" }],
            "properties": { "x": { "type": ["integer", "null"], "format": "uint64", "minimum": 0, "enum": [1, null] } },
        });
        tidy(&mut schema);
        let expected = json!({
            "description": "of the key",
            "oneOf": [{ "const": "a" }],
            "properties": { "x": { "type": "integer", "minimum": 0, "enum": [1] } },
        });
        assert_eq!(schema, expected);
    }

    /// A key that is called `format` is no format.
    #[test]
    fn keys_are_not_taken_for_words_of_schemas() {
        let mut schema = json!({ "properties": { "format": { "type": "string" } } });
        tidy(&mut schema);
        assert_eq!(schema["properties"]["format"]["type"], "string");
    }
}
