//! Progress of a run: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::messages::say;
use crate::audit::records::Record;
use crate::audit::run::Observer;
use crate::certify::outcome::Status;
pub use crate::report::words::{clock, thousands};

/// Without a terminal, a line at most this often.
const LINE_EVERY: Duration = Duration::from_secs(20);

/// Shows images done, certified so far, draws a second and time left.
pub struct Progress {
    quiet: bool,
    terminal: bool,
    bar: Option<ProgressBar>,
    case: String,
    images: u64,
    done: u64,
    done_here: u64,
    certified: u64,
    draws: u64,
    begin: Instant,
    last_line: Instant,
}

impl Progress {
    /// Nothing is shown if `quiet`.
    pub fn new(quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            quiet,
            terminal: stderr().is_terminal(),
            bar: None,
            case: String::new(),
            images: 0,
            done: 0,
            done_here: 0,
            certified: 0,
            draws: 0,
            begin: now,
            last_line: now,
        }
    }

    fn left(&self) -> Option<Duration> {
        let each = self.begin.elapsed().checked_div(u32::try_from(self.done_here).ok()?)?;
        Some(each * u32::try_from(self.images - self.done).ok()?)
    }

    fn status(&self) -> String {
        let rate = self.draws as f64 / self.begin.elapsed().as_secs_f64().max(1e-3);
        let left = self.left().map_or_else(String::new, |left| format!(", {} left", clock(left)));
        format!("{} certified, {} draws/s{left}", self.certified, thousands(rate as u64))
    }

    fn show(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
            bar.set_message(self.status());
        } else if !self.quiet && !self.terminal && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let (case, done, images, status) = (&self.case, self.done, self.images, self.status());
            say(format_args!("{case}: {done} of {images} images, {status}"));
        }
    }
}

impl Observer for Progress {
    fn case_begins(&mut self, name: &str, images: u64, recorded: u64, certified: u64) {
        let now = Instant::now();
        (self.case, self.images, self.done, self.certified) = (name.to_owned(), images, recorded, certified);
        (self.draws, self.done_here, self.begin, self.last_line) = (0, 0, now, now);
        if self.quiet {
            return;
        }
        if recorded > 0 {
            say(format_args!("{name}: {recorded} of {images} images are on record already"));
        }
        if self.terminal && recorded < images {
            let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} images, {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            self.bar = Some(ProgressBar::new(images).with_style(style).with_prefix(name.to_owned()));
        }
        self.show();
    }

    fn draws(&mut self, count: u64) {
        self.draws += count;
        self.show();
    }

    fn image_done(&mut self, record: &Record) {
        self.done += 1;
        self.done_here += 1;
        self.certified += u64::from(record.status == Status::Certified);
        self.show();
    }

    fn case_ends(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if !self.quiet && self.done_here > 0 {
            let took = clock(self.begin.elapsed());
            let (case, done, certified) = (&self.case, self.done, self.certified);
            say(format_args!("{case}: {done} images in {took}, {certified} certified"));
        }
    }
}
