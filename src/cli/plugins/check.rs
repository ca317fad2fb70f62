//! `gsmooth plugins check`.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::super::messages::with_causes;
use super::super::{CliError, OutputArguments, table};
use crate::conformance::{self, Answer, Context, GivenOption, Listed, Outcome, Request, Verdict};

const HELP: &str = "\
Tests of transformations:
  options        instances can be made with defaults, and at the ends of what options declare to take
  identity       at the identity an image comes back bit for bit, -0.0 included
  domain         over the domain, ends included, pixels are finite and no call panics
  shapes         odd shapes of images are transformed or refused
  deterministic  the same call gives the same bits
  batch          an image comes out the same alone and in a batch
  threads        calls that overlap on several threads change nothing
  memory         the output is written, and nothing else
  written        all of the output is written
  composition    two steps are one step by theta + xi, or by what `compose` says
  unclipped      so they are where pixels leave [0, 1]
  relative       the step from one parameter to another leads there
  law_of_gamma   compositions with normal parameters have the law that is stated
  lipschitz      no move is faster than the bound that is stated
  rounding       the bound of the rounding error is finite and small
  levels         every parameter acts like one of the levels

Tests of noise laws:
  options        as above
  support        nothing lies outside the support
  probabilities  cdf and sf add up to 1 and are monotone
  inverse        quantile inverts cdf, and isf inverts sf
  tails          so they do down to 1e-12, relative to the probability
  density        the density is the slope of cdf and sf
  log_concave    the density is log-concave
  samples        samples follow cdf, whatever the word
  words          each sample depends on its own word alone
  threads        as above

Tests of estimators:
  options        as above
  proven         what is called proven is not below suprema known in closed form, spikes included
  unfounded      without growth bounds nothing is called proven
  estimate       no bound is below a distance that was seen
  evaluations    evaluations are counted, and no more than allowed
  errors         a failure of the oracle ends the search
  deterministic  the same question gets the same bound
  threads        as above

Each test runs in a process of its own, so that a plugin may crash or hang: that is then what the test found. Inputs go from \
simple to random ones. A FAULT comes with the smallest failing input that was found, and with a command that runs that test \
alone. Tests are samples: that none finds a fault does not prove a plugin right.

Exit codes: 0 no fault; 1 faults; 2 bad usage; 3 the file is no plugin library.

Examples:
  # All plugins of a library; then one of them, one test, with an option of its own
  gsmooth plugins check target/release/libgsmooth_my_blur.so
  gsmooth plugins check target/release/libgsmooth_my_blur.so \\
    --only my_blur --test lipschitz --option strength=0.5";

/// Tries out whether the plugins of a library keep their promises
#[derive(Debug, Args)]
#[command(after_long_help = HELP, after_help = "--help describes the tests.")]
pub struct CheckArguments {
    /// The plugin library
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only the plugins of this name
    #[arg(long, value_name = "ID")]
    only: Option<String>,
    /// Only the test of this name
    #[arg(long, value_name = "NAME")]
    test: Option<String>,
    /// An option (TOML value) for the plugins that have it; may be given several times. Options without a default are guessed
    #[arg(long = "option", value_name = "KEY=VALUE", value_parser = given_option)]
    options: Vec<GivenOption>,
    /// How long one test may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    timeout: Duration,
    /// All inputs are made from this
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// For the processes that this command starts: `list`, or kind, plugin and test
    #[arg(long, hide = true, num_args = 1..=3, value_names = ["KIND", "ID", "TEST"])]
    child: Option<Vec<String>>,
}

/// Runs the command.
pub fn run(arguments: &CheckArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    if let Some(child) = &arguments.child {
        return run_child(arguments, child);
    }
    let program = std::env::current_exe()?;
    let request = Request {
        library: arguments.file.clone(),
        only: arguments.only.clone(),
        test: arguments.test.clone(),
        options: &arguments.options,
        seed: arguments.seed,
        timeout: arguments.timeout,
        processes: std::thread::available_parallelism().map_or(1, usize::from),
        command: &|test| command(&program, arguments, test),
    };
    let bar = bar(output.quiet);
    let verdicts = conformance::check(&request, &|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let verdicts = verdicts?;
    if output.json {
        let all: Vec<_> = verdicts.iter().map(|verdict| as_json(arguments, verdict)).collect();
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&all)?)?;
    } else {
        print(arguments, &verdicts)?;
    }
    let faults = verdicts.iter().any(|verdict| verdict.outcome.is_fault());
    Ok(if faults { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The command of a child.
fn command(program: &Path, arguments: &CheckArguments, test: Option<&Listed>) -> Command {
    let mut command = Command::new(program);
    command.args(["plugins", "check", "--child"]);
    match test {
        None => command.arg("list"),
        Some(test) => command.args([&test.kind, &test.plugin, &test.test]),
    };
    command.args(["--seed", &arguments.seed.to_string()]);
    command.args(["--timeout", &arguments.timeout.as_secs_f64().to_string()]);
    for (name, value) in &arguments.options {
        command.arg("--option").arg(format!("{name}={value}"));
    }
    command.arg("--").arg(&arguments.file);
    command
}

/// Answers the parent, line by line.
fn run_child(arguments: &CheckArguments, child: &[String]) -> Result<ExitCode, CliError> {
    end_in_time(arguments.timeout);
    let answer = |answer: &Answer| -> Result<(), CliError> {
        let mut out = stdout().lock();
        // On a line of its own, whatever the plugin has written.
        writeln!(out, "\n{}", serde_json::to_string(answer)?)?;
        Ok(out.flush()?)
    };
    let trying = |input: &str| {
        // A parent that went away needs no account.
        let _ = answer(&Answer::Trying(input.to_owned()));
    };
    match child {
        [kind, plugin, test] => {
            let context = Context { seed: arguments.seed, options: &arguments.options, trying: &trying };
            let outcome = conformance::run(&arguments.file, kind, plugin, test, &context)?;
            answer(&Answer::Outcome(outcome))?;
        }
        _ => match conformance::list(&arguments.file) {
            Ok(tests) => answer(&Answer::Tests(tests))?,
            Err(error) => answer(&Answer::NotOpened(with_causes(&error)))?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// A child whose parent was killed must not hang for ever with its plugin.
fn end_in_time(timeout: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(timeout + Duration::from_secs(5));
        std::process::exit(3);
    });
}

fn bar(quiet: bool) -> ProgressBar {
    if quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} tests, {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn print(arguments: &CheckArguments, verdicts: &[Verdict]) -> Result<(), CliError> {
    let mut out = stdout().lock();
    let mut table = table::new(&["plugin", "test", "result", "detail"], &[]);
    let mut last = None;
    for verdict in verdicts {
        let plugin = (&verdict.kind, &verdict.plugin);
        let (result, detail) = match &verdict.outcome {
            Outcome::Ok { detail } => ("ok", detail),
            Outcome::Fault(fault) => ("FAULT", &fault.found),
            Outcome::Skipped { reason } => ("skipped", reason),
        };
        table.add_row([
            if last.replace(plugin) == Some(plugin) { "" } else { &verdict.plugin },
            &verdict.test,
            result,
            &shortened(detail),
        ]);
    }
    writeln!(out, "{table}\n")?;
    for verdict in verdicts {
        if let Outcome::Fault(fault) = &verdict.outcome {
            writeln!(out, "FAULT: {} `{}`, test `{}`", verdict.kind, verdict.plugin, verdict.test)?;
            writeln!(out, "  expected    {}\n  found       {}", fault.expected, fault.found)?;
            if let Some(input) = &fault.input {
                writeln!(out, "  input       {input}")?;
            }
            writeln!(out, "  run again   {}\n", again(arguments, verdict))?;
        }
    }
    let count = |is: fn(&Outcome) -> bool| verdicts.iter().filter(|verdict| is(&verdict.outcome)).count();
    let faults = count(Outcome::is_fault);
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped { .. }));
    let faults = match faults {
        0 => "no fault".to_owned(),
        1 => "1 FAULT".to_owned(),
        _ => format!("{faults} FAULTS"),
    };
    let tests = if verdicts.len() == 1 { "test" } else { "tests" };
    writeln!(out, "{} {tests}: {faults}, {skipped} skipped", verdicts.len())?;
    Ok(())
}

/// The first line, and not much of it: faults are told in full below the table.
fn shortened(detail: &str) -> String {
    const MOST: usize = 72;
    let line = detail.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    format!("{}...", line.chars().take(MOST - 3).collect::<String>())
}

/// The command that runs one test alone, with the same inputs.
fn again(arguments: &CheckArguments, verdict: &Verdict) -> String {
    let file = arguments.file.display().to_string();
    let (only, test) = (verdict.plugin.clone(), verdict.test.clone());
    let mut words: Vec<String> = ["gsmooth", "plugins", "check"].map(str::to_owned).to_vec();
    words.push(file);
    words.extend(["--only".to_owned(), only, "--test".to_owned(), test]);
    words.extend(["--seed".to_owned(), verdict.seed.to_string()]);
    for (name, value) in &arguments.options {
        words.extend(["--option".to_owned(), format!("{name}={value}")]);
    }
    let quoted = words.into_iter().map(|word| {
        let plain = word.chars().all(|c| c.is_alphanumeric() || "-_./=+:".contains(c));
        if plain { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn as_json(arguments: &CheckArguments, verdict: &Verdict) -> serde_json::Value {
    let mut value = json!(verdict);
    if verdict.outcome.is_fault() {
        value["reproduce"] = json!(again(arguments, verdict));
    }
    value
}

/// KEY=VALUE with a TOML value; a word that is no TOML value counts as text.
fn given_option(text: &str) -> Result<GivenOption, String> {
    let (name, value) = text.split_once('=').ok_or("must be KEY=VALUE")?;
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"));
    let value = match parsed {
        Ok(mut table) if table.len() == 1 => table.remove("value"),
        _ => None,
    };
    let text = || toml::Value::String(text[name.len() + 1..].to_owned());
    Ok((name.trim().to_owned(), value.unwrap_or_else(text)))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|_| "must be a number")?;
    let longest = 1e6;
    if !(seconds > 0.0 && seconds <= longest) {
        return Err("must be a positive number of seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}
