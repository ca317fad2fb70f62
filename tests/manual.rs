//! Manual pages and shell completions, as the binary writes them.

use std::process::{Command, Output};

mod support;

fn gsmooth(arguments: &[&str]) -> Output {
    let said = support::plain_gsmooth().args(arguments).output().unwrap();
    assert!(said.status.success(), "{arguments:?}: {}", support::stderr(&said));
    said
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(gsmooth(arguments).stdout).unwrap()
}

/// What a page says, without the marks of its typesetting.
fn plain(page: &str) -> String {
    page.replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "")
}

/// The names of the subcommands that `--help` lists.
fn commands(words: &[&str]) -> Vec<String> {
    let help = text(&[words, &["--help"]].concat());
    let (_, list) =
        help.split_once("Commands:\n").unwrap_or_else(|| panic!("{words:?} has no commands: {help}"));
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .map(ToOwned::to_owned)
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn the_page_names_every_command_and_every_exit_code() {
    let page = plain(&text(&["man"]));
    let all = commands(&[]);
    assert!(["certify", "merge", "man"].iter().all(|name| all.iter().any(|found| found == name)), "{all:?}");
    for name in &all {
        assert!(page.contains(&format!("gsmooth-{name}(1)")), "{name} in\n{page}");
    }
    let (_, status) = page.split_once(".SH \"EXIT STATUS\"").unwrap_or_else(|| panic!("{page}"));
    for code in 0..=5 {
        assert!(status.contains(&format!(".TP\n{code}\n")), "{code} in\n{status}");
    }
    assert!(
        status.contains("a `require` of the audit was not met") || status.contains("require"),
        "{status}"
    );
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES"] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section}");
    }
    assert!(!page.contains("Exit codes:"), "they are said once");
}

#[test]
fn every_command_gets_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    gsmooth(&["man", "--output", pages.to_str().unwrap()]);
    let page =
        |name: &str| std::fs::read_to_string(pages.join(name)).unwrap_or_else(|_| panic!("no page {name}"));
    let mut expected = vec!["gsmooth.1".to_owned()];
    for name in commands(&[]) {
        expected.push(format!("gsmooth-{name}.1"));
        if ["calc", "plugins", "runtime"].contains(&name.as_str()) {
            expected.extend(commands(&[&name]).iter().map(|inner| format!("gsmooth-{name}-{inner}.1")));
        }
    }
    for name in &expected {
        let page = plain(&page(name));
        assert!(page.contains(".SH EXAMPLES\n") && page.contains(".SH \"EXIT STATUS\"\n"), "{name}");
    }
    let mut found: Vec<String> = std::fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert!(plain(&page("gsmooth-certify.1")).contains("--shard"));
}

#[test]
fn all_shells_get_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = text(&["completions", shell]);
        for word in ["certify", "merge", "shard", "clopper-pearson"] {
            assert!(script.contains(word), "{word} in the completions of {shell}");
        }
    }
    let said = support::plain_gsmooth().args(["completions", "tcsh"]).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(support::stderr(&said).contains("bash"), "it names those that there are");
}

/// What bash offers for the last of these words.
fn completed(script: &std::path::Path, words: &[&str]) -> Vec<String> {
    let line = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={}; _gsmooth gsmooth \"${{COMP_WORDS[COMP_CWORD]}}\" '{}'; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        words.join(" "),
        words.len() - 1,
        words[words.len() - 2]
    );
    let said = Command::new("bash").args(["--norc", "-c", &line]).output().unwrap();
    assert!(said.status.success(), "{}", support::stderr(&said));
    String::from_utf8(said.stdout).unwrap().lines().map(ToOwned::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_options() {
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("gsmooth.bash");
    std::fs::write(&script, text(&["completions", "bash"])).unwrap();
    assert_eq!(completed(&script, &["gsmooth", "cer"]), ["certify"]);
    assert_eq!(completed(&script, &["gsmooth", "certify", "--sh"]), ["--shard"]);
    assert_eq!(completed(&script, &["gsmooth", "calc", "cl"]), ["clopper-pearson"]);
    assert_eq!(completed(&script, &["gsmooth", "completions", "z"]), ["zsh"]);
}
