//! An error in an audit file, shown with file, line and remedy.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::error::Problem;

/// The audit file's path and text.
#[derive(Debug, Clone)]
pub struct AuditText {
    /// Where it was read from.
    pub path: PathBuf,
    /// What it holds.
    pub text: Arc<str>,
}

/// A problem with the place in the audit file that it comes from.
#[derive(Debug)]
pub struct Diagnostic {
    /// The audit file.
    pub file: AuditText,
    /// Bytes of the text that the problem is about, where it is about some.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub problem: Box<Problem>,
}

impl Diagnostic {
    /// The exit code (README.md): 2 for the file itself, 3 for a model, plugin, data file or runtime.
    pub fn exit_code(&self) -> u8 {
        self.problem.exit_code()
    }

    /// The whole message, with the line and a caret, coloured or plain.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let path = self.file.path.display().to_string();
        let message = full_message(&self.problem);
        let mut title = Level::ERROR
            .primary_title(message.clone())
            .elements(std::iter::empty::<Snippet<'_, annotate_snippets::Annotation<'_>>>());
        match self.span.clone().filter(|span| span.end > 0 && span.end <= self.file.text.len()) {
            Some(span) => {
                let snippet = Snippet::source(&*self.file.text)
                    .path(path)
                    .annotation(AnnotationKind::Primary.span(span));
                title = title.element(snippet);
            }
            None => title = title.element(Level::NOTE.message(format!("in {path}"))),
        }
        if let Problem::Variant { variant, .. } = &*self.problem {
            title = title.element(Level::NOTE.message(format!("in the case `{variant}` of the sweep")));
        }
        if let Some(remedy) = self.problem.remedy() {
            title = title.element(Level::HELP.message(remedy));
        }
        renderer.render(&[title])
    }
}

/// A longer word, such as a number with three hundred digits, is shown by its ends.
const LONGEST_WORD: usize = 160;
/// A longer message is cut off.
const LONGEST_MESSAGE: usize = 1_500;

/// A message that fits a screen, whatever the file holds. Lengths are in characters.
fn shortened(message: &str) -> String {
    let word = |word: &str| {
        let length = word.chars().count();
        if length <= LONGEST_WORD {
            return word.to_owned();
        }
        let (head, tail) =
            (word.chars().take(LONGEST_WORD / 2), word.chars().skip(length - LONGEST_WORD / 4));
        head.chain(std::iter::once('…')).chain(tail).collect()
    };
    let message = message.split(' ').map(word).collect::<Vec<_>>().join(" ");
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{} …", &message[..end]),
        None => message,
    }
}

/// A problem's message followed by its causes.
fn full_message(problem: &Problem) -> String {
    let mut message = problem.to_string();
    let mut source = std::error::Error::source(problem);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = cause.source();
    }
    shortened(&message)
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_fit_a_screen() {
        let plain = "`range` can't be [0, 1]: expected ü";
        assert_eq!(shortened(plain), plain);
        let long = format!("`name` can't be `{}ü`", "ö".repeat(100_000));
        let short = shortened(&long);
        assert!(short.chars().count() < 200 && short.contains('…') && short.ends_with("öü`"), "{short}");
        assert!(shortened(&"1.0, ".repeat(10_000)).chars().count() <= LONGEST_MESSAGE + 2);
    }
}
