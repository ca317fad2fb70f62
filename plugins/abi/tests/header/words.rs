//! Names and comments of the header.

use crate::source::{Constant, Source};

/// "gsmooth_transformation" for `TransformationTable`.
pub fn type_name(name: &str) -> String {
    let name = match name {
        "ErrorBuffer" => "Error",
        name => name.strip_suffix("Table").unwrap_or(name),
    };
    let mut to = String::from("gsmooth");
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            to.push('_');
        }
        to.push(c.to_ascii_lowercase());
    }
    to
}

/// "GSMOOTH_OPTION_FLOAT" for `FLOAT` of `option_kind`.
pub fn constant_name(module: &str, name: &str) -> String {
    format!("GSMOOTH_{}{name}", prefix(module))
}

fn prefix(module: &str) -> &'static str {
    match module {
        "option_kind" => "OPTION_",
        "log_level" => "LOG_",
        _ => "",
    }
}

/// Documentation with the names of C in place of links to those of Rust.
pub fn words(source: &Source, doc: &str) -> String {
    let mut to = String::new();
    let mut rest = doc;
    while let Some((before, link)) = rest.split_once("[`") {
        to.push_str(before);
        match link.split_once('`') {
            Some((name, after)) if after.starts_with(']') => {
                to.push_str(&spoken(source, name));
                // The target of "[`name`](target)".
                let after = &after[1..];
                rest = after.strip_prefix('(').map_or(after, |target| target.split_once(')').unwrap().1);
            }
            // An interval, "[`low`, `high`]".
            _ => {
                to.push_str("[`");
                rest = link;
            }
        }
    }
    (to + rest).replace("an gsmooth_", "a gsmooth_")
}

/// What C calls a Rust path.
fn spoken(source: &Source, path: &str) -> String {
    match path.split_once("::") {
        Some((module, name)) if source.modules.contains_key(module) => constant_name(module, name),
        Some((structure, field)) => format!("{}.{field}", type_name(structure)),
        None if source.modules.contains_key(path) => members(source, path),
        None if source.structures.contains_key(path) || source.aliases.contains_key(path) => type_name(path),
        None => {
            let holds = |constants: &[Constant]| constants.iter().any(|constant| constant.name == path);
            let module = source.modules.iter().find(|(_, constants)| holds(constants));
            constant_name(module.map_or("", |(module, _)| module), path)
        }
    }
}

/// "GSMOOTH_OPTION_*", or all names where they have no beginning in common.
fn members(source: &Source, module: &str) -> String {
    if !prefix(module).is_empty() {
        return constant_name(module, "*");
    }
    let names = source.modules[module].iter().map(|constant| constant_name(module, &constant.name));
    names.collect::<Vec<_>>().join(", ")
}

/// A comment, on as many lines as it needs; nothing for nothing.
pub fn comment(text: &str, indent: &str, width: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut lines = vec![format!("{indent}/*")];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.len() + 1 + word.len() + 3 > width {
            lines.push(format!("{indent} * {word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + " */\n"
}
