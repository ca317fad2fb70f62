//! The tokens of an audit file, as far as changing them needs it.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A key, in front of its `=`.
    Key,
    /// A text in quotes.
    Text,
    /// A number.
    Number,
    /// `[`, `]`, `{` or `}`.
    Bracket,
    /// `=` or `,`.
    Sign,
}

/// A token and its bytes in the file.
#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// All tokens outside comments, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    let run = |from: usize, part: &dyn Fn(u8) -> bool| {
        from + bytes[from..].iter().take_while(|byte| part(**byte)).count()
    };
    while at < bytes.len() {
        let (kind, end) = match bytes[at] {
            b'#' => (None, run(at, &|byte| byte != b'\n')),
            b'"' => (Some(Kind::Text), run(at + 1, &|byte| byte != b'"') + 1),
            b'[' | b']' | b'{' | b'}' => (Some(Kind::Bracket), at + 1),
            b'=' | b',' => (Some(Kind::Sign), at + 1),
            b'-' | b'0'..=b'9' => {
                (Some(Kind::Number), run(at + 1, &|byte| byte.is_ascii_digit() || byte == b'.'))
            }
            byte if byte.is_ascii_alphabetic() => {
                let end = run(at, &|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                let is_key = text[end..].trim_start().starts_with('=');
                (is_key.then_some(Kind::Key), end)
            }
            _ => (None, at + 1),
        };
        found.extend(kind.map(|kind| Token { kind, at: at..end.min(bytes.len()) }));
        at = end;
    }
    found
}

/// The bytes of every pair of matching brackets of one kind, brackets included.
pub fn pairs(text: &str, open: &str) -> Vec<Range<usize>> {
    let close = if open == "[" { "]" } else { "}" };
    let (mut stack, mut found) = (Vec::new(), Vec::new());
    for token in tokens(text).into_iter().filter(|token| token.kind == Kind::Bracket) {
        match &text[token.at.clone()] {
            bracket if bracket == open => stack.push(token.at.start),
            bracket if bracket == close => found.extend(stack.pop().map(|start| start..token.at.end)),
            _ => {}
        }
    }
    found
}
