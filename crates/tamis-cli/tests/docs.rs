//! The pages on configuration and on build servers: their files are written, and their commands run.

mod program;

use std::path::Path;

use program::{folder, root, tamis};

/// The fences of a page: what stands after the backticks, and the text.
fn fences(page: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("docs").join(page)).unwrap();
    let mut out = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            out.push((info.to_owned(), lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect()));
        }
    }
    out
}

/// Runs the commands of a console, one after the other; gives the console as it really is.
fn console(folder: &Path, text: &str) -> String {
    let mut out = String::new();
    for command in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let args: Vec<&str> = command.strip_prefix("tamis ").unwrap().split(' ').collect();
        let (_, shown, errors) = tamis(folder, &args, "");
        out += &format!("$ {command}\n{shown}{errors}");
    }
    out
}

#[test]
fn the_example_of_a_configuration_is_true() {
    let fences = fences("config.md");
    let folder = folder("config-page", &[("mistake/a.sieve", "keep;\n")]);
    let mut consoles = 0;
    for (info, text) in &fences {
        match info.split_once(' ').unwrap_or((info, "tamis.toml")) {
            ("toml" | "sieve", name) => std::fs::write(folder.join(name), text).unwrap(),
            ("console", _) => {
                consoles += 1;
                assert_eq!(&console(&folder, text), text);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(consoles, 2);
}

/// What the pages' snippets call exists, with those options.
#[test]
fn the_commands_for_build_servers_are_understood() {
    let folder = folder("ci-page", &[("filters/a.sieve", "keep;\n")]);
    let page = fences("ci.md");
    let commands: Vec<&str> =
        page.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.split_once("tamis ")).map(|(_, rest)| rest).collect();
    let mut run = 0;
    for command in commands {
        let command = command.split([';', '>', '#']).next().unwrap().replace("filters/*.sieve", "filters/a.sieve");
        let args: Vec<&str> = command.split_ascii_whitespace().collect();
        if !["check", "fmt", "explain"].contains(&args[0]) {
            continue;
        }
        let (status, _, err) = tamis(&folder, &args, "");
        assert_eq!(status, 0, "{command}: {err}");
        run += 1;
    }
    assert!(run >= 8, "{run}");
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    for id in ["tamis-check", "tamis-fmt"] {
        assert!(hooks.contains(&format!("- id: {id}\n")) && page.iter().any(|(_, text)| text.contains(&format!("- id: {id}"))), "{id}");
    }
    for entry in hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: ")) {
        assert!(root().join(entry.split_once(' ').unwrap().0).is_file(), "{entry}");
    }
}

/// The example of docs/diff.md is what the program says.
#[test]
fn the_example_of_two_scripts_is_true() {
    let folder = folder("diff-page", &[("mail/none.txt", "")]);
    std::fs::remove_file(folder.join("mail/none.txt")).unwrap();
    let mut consoles = 0;
    for (info, text) in &fences("diff.md") {
        match info.split_once(' ').unwrap_or((info, "")) {
            ("sieve" | "eml", name) => std::fs::write(folder.join(name), text).unwrap(),
            ("console", _) => {
                consoles += 1;
                assert_eq!(&console(&folder, text), text);
            }
            _ => {}
        }
    }
    assert_eq!(consoles, 1);
}

/// Its files are written in the order in which they stand, and its commands run between them.
#[test]
fn the_page_on_saved_tests_is_true() {
    let folder = folder("tests-page", &[]);
    let mut consoles = 0;
    for (info, text) in &fences("tests.md") {
        match info.split_once(' ').unwrap_or((info, "")) {
            ("toml" | "sieve" | "eml", name) => {
                let path = folder.join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            ("console", _) => {
                consoles += 1;
                assert_eq!(&console(&folder, text), text);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(consoles, 7);
    // What was kept holds.
    assert_eq!(tamis(&folder, &["test", "away"], "").0, 0);
}
