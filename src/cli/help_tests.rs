//! What the help of every command must hold.

use clap::{Command, CommandFactory, Parser};

use super::Arguments;
use super::exit_codes::EXIT_CODES;

/// All commands, those that only group others included, with the words that call them.
fn commands() -> Vec<(String, Command)> {
    fn below(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
        found.push((words.to_owned(), command.clone()));
        for inner in command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
            below(inner, &format!("{words} {}", inner.get_name()), found);
        }
    }
    let mut found = Vec::new();
    let mut command = Arguments::command();
    command.build();
    below(&command, "gsmooth", &mut found);
    found
}

/// What stands below the options of a command's help, as written.
fn below_options(command: &Command) -> String {
    let text = command.get_after_long_help().or_else(|| command.get_after_help());
    text.map(ToString::to_string).unwrap_or_default()
}

/// The command lines among the examples of a command.
fn examples(command: &Command) -> Vec<String> {
    let text = below_options(command).replace("\\\n", " ");
    let (_, examples) = text.split_once("Examples:\n").unwrap_or_default();
    let lines = examples.lines().map(str::trim).filter(|line| line.starts_with("gsmooth "));
    // What the shell does with the output is not gsmooth's.
    lines.map(|line| line.split(['|', '>']).next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn every_command_shows_examples_of_itself() {
    let commands = commands();
    assert!(commands.len() > 15);
    for (words, command) in commands {
        let examples = examples(&command);
        assert!(examples.iter().any(|line| line.starts_with(&words)), "the help of `{words}` has no example");
    }
}

/// Examples that the terminal's width breaks can't be copied.
#[test]
fn examples_are_not_wrapped() {
    for (words, command) in commands() {
        let text = below_options(&command);
        for line in text.split("Examples:\n").nth(1).unwrap_or_default().lines() {
            assert!(line.len() <= 100, "{words}: {line}");
        }
    }
}

#[test]
fn every_example_is_a_command_line_that_is_understood() {
    for (words, command) in commands() {
        for example in examples(&command) {
            let split = shlex::split(&example).unwrap();
            if let Err(error) = Arguments::try_parse_from(&split) {
                panic!("`{example}` in the help of `{words}`: {error}");
            }
        }
    }
}

#[test]
fn the_help_names_all_exit_codes() {
    let help = below_options(&Arguments::command());
    for (i, (code, meaning)) in EXIT_CODES.into_iter().enumerate() {
        assert_eq!(usize::from(code), i);
        assert!(help.contains(&format!("\n  {code}  {meaning}")), "{help}");
    }
}

#[test]
fn the_table_of_arguments_is_sound() {
    Arguments::command().debug_assert();
}
