//! Ways to spoil an audit file.

use std::ops::Range;

use super::support::random::Random;
use super::tokens::{Kind, pairs, tokens};

/// A way to change a file; `None` where it finds nothing to change.
pub type Mutator = fn(&str, &mut Random) -> Option<Vec<u8>>;

/// All of them, with names for messages.
pub const ALL: [(&str, Mutator); 24] = [
    ("a key dropped", drop_key),
    ("a key renamed", rename_key),
    ("a line twice", duplicate_line),
    ("a value of another type", other_type),
    ("a number changed", number),
    ("a whole number that is too large", huge_count),
    ("a text emptied", empty_text),
    ("a text very long", long_text),
    ("a text with strange characters", strange_text),
    ("a path to a folder", folder),
    ("a path for a plugin's name", plugin_path),
    ("an array emptied", empty_array),
    ("an array lengthened", long_array),
    ("a bracket removed", no_bracket),
    ("a quote removed", no_quote),
    ("a sign removed", no_sign),
    ("bytes flipped", flip),
    ("bytes that are no text", no_utf8),
    ("cut off", truncate),
    ("a mark of byte order", byte_order_mark),
    ("other ends of lines", line_ends),
    ("nested deep", deep),
    ("lines exchanged", exchange),
    ("a table's head changed", head),
];

fn replaced(text: &str, at: Range<usize>, with: &str) -> Vec<u8> {
    format!("{}{with}{}", &text[..at.start], &text[at.end..]).into_bytes()
}

/// The place of a random token of a kind.
fn some(text: &str, kind: Kind, random: &mut Random) -> Option<Range<usize>> {
    let all: Vec<_> = tokens(text).into_iter().filter(|token| token.kind == kind).collect();
    (!all.is_empty()).then(|| random.of(&all).at.clone())
}

/// The place of a random line, without its end; one that holds something.
fn line(text: &str, random: &mut Random) -> Range<usize> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() && !line.starts_with('#') {
            lines.push(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    random.of(&lines).clone()
}

/// The place of a random value: all that follows a `=` on its line, without a comment.
fn value(text: &str, random: &mut Random) -> Option<Range<usize>> {
    let key = some(text, Kind::Key, random)?;
    let start = key.end + text[key.end..].find('=')? + 1;
    let rest = text[start..].lines().next()?;
    Some(start..start + rest.split('#').next()?.trim_end().len())
}

fn drop_key(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = line(text, random);
    text[at.clone()].contains('=').then(|| replaced(text, at, ""))
}

fn rename_key(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = some(text, Kind::Key, random)?;
    let key = text[at.clone()].to_owned();
    let other = match random.below(5) {
        0 => format!("{key}s"),
        1 => key[1..].to_owned(),
        2 => key.to_uppercase(),
        3 => format!("\"{key}\\u0007\""),
        _ => "schlüssel".to_owned(),
    };
    Some(replaced(text, at, &other))
}

fn duplicate_line(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = line(text, random);
    let twice = format!("{0}\n{0}", &text[at.clone()]);
    Some(replaced(text, at, &twice))
}

fn other_type(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = value(text, random)?;
    let others = [
        " true",
        " 1979-05-27T07:32:00Z",
        " \"text\"",
        " 7",
        " 0.5",
        " []",
        " {}",
        " [[1], [2]]",
        " { a = 1 }",
        "",
    ];
    Some(replaced(text, at, *random.of(&others)))
}

fn number(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = some(text, Kind::Number, random)?;
    let others = [
        "-1",
        "-0.5",
        "0",
        "nan",
        "-nan",
        "inf",
        "-inf",
        "1e308",
        "-1e308",
        "1e400",
        "5e-324",
        "18446744073709551615",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999999",
        "0x1F",
        "007",
        "1_",
        "1e",
        "+-1",
        "0.1.2",
        "1,5",
        "1e9",
        "\"1\"",
    ];
    Some(replaced(text, at, *random.of(&others)))
}

fn huge_count(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let keys = ["first", "count", "stride", "batch", "threads", "draws", "select", "seed", "version", "max"];
    let values =
        ["18446744073709551615", "18446744073709551614", "9223372036854775807", "4294967296000000", "1e19"];
    let (key, value) = (*random.of(&keys), *random.of(&values));
    let entry = format!("{key} = {value}");
    let present = text.lines().find(|line| line.starts_with(&format!("{key} ")));
    let table = match key {
        "first" | "count" | "stride" => "[data]\n",
        "batch" | "threads" => "[runtime]\n",
        "draws" | "select" => "[sampling]\n",
        "max" => "semantic_noise",
        _ => "version",
    };
    Some(
        match (present, table) {
            (Some(line), _) => text.replacen(line, &entry, 1),
            (None, "[runtime]\n") => text.replacen("[data]", &format!("[runtime]\n{entry}\n\n[data]"), 1),
            (None, "semantic_noise") => text.replacen(table, &format!("anchors = {{ {entry} }}\n{table}"), 1),
            (None, table) => text.replacen(table, &format!("{table}{entry}\n"), 1),
        }
        .into_bytes(),
    )
}

fn empty_text(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    Some(replaced(text, some(text, Kind::Text, random)?, "\"\""))
}

fn long_text(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = some(text, Kind::Text, random)?;
    let long = "x".repeat([300, 5_000, 1_000_000][random.index(3)]);
    Some(replaced(text, at, &format!("\"{long}\"")))
}

fn strange_text(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = some(text, Kind::Text, random)?;
    let strange = [
        "\"\\u0000\"",
        "\"a\\u001b[31mb\"",
        "\"a\\nb\\r\\u0008c\"",
        "\"a\u{7}b\"",
        "\"\u{202e}ab\"",
        "\"größe\"",
        "\"\\ud800\"",
        "\"\\x\"",
        "\"a\nb\"",
        "\"𝄞\"",
        "\"\\u009b31m\"",
    ];
    Some(replaced(text, at, *random.of(&strange)))
}

fn folder(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let paths: Vec<_> = tokens(text)
        .into_iter()
        .filter(|token| token.kind == Kind::Text && text[token.at.clone()].contains('/'))
        .collect();
    let at = random.of(&paths).at.clone();
    Some(replaced(text, at, *random.of(&["\".\"", "\"/\"", "\"..\"", "\"/dev\"", "\"/dev/null\"", "\"~\""])))
}

fn plugin_path(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let names: Vec<usize> = text.match_indices("plugin = \"").map(|(at, found)| at + found.len()).collect();
    let start = *random.of(&names);
    let end = start + text[start..].find('"')?;
    let others = [
        "../../../tmp/libgsmooth_x.so",
        "/tmp/libgsmooth_x.so",
        "./blur",
        "C:\\\\blur",
        "..",
        "plugins/gaussian",
    ];
    Some(replaced(text, start..end, *random.of(&others)))
}

fn empty_array(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let all = pairs(text, "[");
    Some(replaced(text, random.of(&all).clone(), "[]"))
}

fn long_array(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let all: Vec<_> = pairs(text, "[").into_iter().filter(|at| text[..at.start].ends_with("= ")).collect();
    let at = random.of(&all).clone();
    let inner = text[at.start + 1..at.end - 1].to_owned();
    let times = [1, 3, 1_000][random.index(3)];
    Some(replaced(text, at, &format!("[{inner}{}]", format!(", {inner}").repeat(times))))
}

fn no_bracket(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    Some(replaced(text, some(text, Kind::Bracket, random)?, ""))
}

fn no_quote(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let at = some(text, Kind::Text, random)?;
    let quote = if random.below(2) == 0 { at.start } else { at.end - 1 };
    Some(replaced(text, quote..quote + 1, ""))
}

fn no_sign(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    Some(replaced(text, some(text, Kind::Sign, random)?, ""))
}

fn flip(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(6) {
        let at = random.index(bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
    Some(bytes)
}

fn no_utf8(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let mut bytes = text.as_bytes().to_vec();
    let at = random.index(bytes.len());
    let strange: [&[u8]; 4] = [&[0xff], &[0xc3], &[0xed, 0xa0, 0x80], &[0xf8, 0x88, 0x80, 0x80, 0x80]];
    bytes.splice(at..at, random.of(&strange).iter().copied());
    Some(bytes)
}

fn truncate(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    Some(text.as_bytes()[..random.index(text.len())].to_vec())
}

fn byte_order_mark(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let mark = "\u{feff}";
    Some(match random.below(4) {
        0 => format!("{mark}{text}").into_bytes(),
        1 => format!("{mark}{mark}{text}").into_bytes(),
        // UTF-16, little and big end first.
        2 => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        _ => {
            let at = line(text, random).start;
            replaced(text, at..at, mark)
        }
    })
}

fn line_ends(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    Some(match random.below(3) {
        0 => text.replace('\n', "\r\n").into_bytes(),
        1 => text.replace('\n', "\r").into_bytes(),
        _ => {
            let at = line(text, random);
            replaced(text, at.start..at.start, "\r")
        }
    })
}

fn deep(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let depth = [100, 10_000, 200_000][random.index(3)];
    if random.below(3) == 0 {
        let keys = "a.".repeat(depth);
        return Some(format!("{text}\n{keys}a = 1\n").into_bytes());
    }
    let at = value(text, random)?;
    let (open, close) = if random.below(2) == 0 { ("[", "]") } else { ("{ a = ", " }") };
    Some(replaced(text, at, &format!(" {}1{}", open.repeat(depth), close.repeat(depth))))
}

fn exchange(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let mut lines: Vec<&str> = text.lines().collect();
    let (one, other) = (random.index(lines.len()), random.index(lines.len()));
    lines.swap(one, other);
    Some(lines.join("\n").into_bytes())
}

fn head(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let heads = ["[data]", "[classifier]", "[sampling]", "[[case]]"];
    let head = *random.of(&heads);
    let others = [
        "",
        "[data]",
        "[[data]]",
        "[sampling]",
        "[case]",
        "[[case.case]]",
        "[cases]",
        "[]",
        "[\"\"]",
        "[case.surrogate]",
    ];
    Some(text.replacen(head, *random.of(&others), 1).into_bytes())
}
