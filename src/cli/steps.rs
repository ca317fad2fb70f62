//! Progress of commands that go over images: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::messages::say;
use super::progress::{clock, thousands};
use crate::audit::progress::Progress;

/// Without a terminal, a line at most this often.
const LINE_EVERY: Duration = Duration::from_secs(20);

/// Shows how far a command has come.
pub struct Steps {
    quiet: bool,
    terminal: bool,
    bar: Option<ProgressBar>,
    name: String,
    unit: String,
    total: u64,
    done: u64,
    draws: u64,
    begin: Instant,
    last_line: Instant,
}

impl Steps {
    /// Nothing is shown if `quiet`.
    pub fn new(quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            quiet,
            terminal: stderr().is_terminal(),
            bar: None,
            name: String::new(),
            unit: String::new(),
            total: 0,
            done: 0,
            draws: 0,
            begin: now,
            last_line: now,
        }
    }

    /// Takes a step.
    pub fn take(&mut self, step: Progress<'_>) {
        match step {
            Progress::Begins { name, unit, total } => self.begins(name, unit, total),
            Progress::Draws(count) => self.draws += count,
            Progress::Done => self.done += 1,
            Progress::Ends => return self.ends(),
        }
        self.show();
    }

    fn begins(&mut self, name: &str, unit: &str, total: u64) {
        let now = Instant::now();
        (self.name, self.unit, self.total) = (name.to_owned(), unit.to_owned(), total);
        (self.done, self.draws, self.begin, self.last_line) = (0, 0, now, now);
        if !self.quiet && self.terminal {
            let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            self.bar = Some(ProgressBar::new(total).with_style(style).with_prefix(self.name.clone()));
        }
    }

    fn status(&self) -> String {
        let rate = self.draws as f64 / self.begin.elapsed().as_secs_f64().max(1e-3);
        let rate =
            if self.draws > 0 { format!(", {} draws/s", thousands(rate as u64)) } else { String::new() };
        let each = u32::try_from(self.done).ok().and_then(|done| self.begin.elapsed().checked_div(done));
        let left = each.zip(u32::try_from(self.total.saturating_sub(self.done)).ok());
        let left = left.map_or_else(String::new, |(each, left)| format!(", {} left", clock(each * left)));
        format!("{}{rate}{left}", self.unit)
    }

    fn show(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
            bar.set_message(self.status());
        } else if !self.quiet && !self.terminal && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let (name, done, total, status) = (&self.name, self.done, self.total, self.status());
            say(format_args!("{name}: {done} of {total} {status}"));
        }
    }

    fn ends(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if !self.quiet {
            let (name, done, unit) = (&self.name, self.done, &self.unit);
            say(format_args!("{name}: {done} {unit} in {}", clock(self.begin.elapsed())));
        }
    }
}
