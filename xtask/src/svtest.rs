//! `cargo xtask svtest`: Pigeonhole's own tests, from a checkout of its source beside this one. Nothing of them is part of this repository.

use std::path::{Path, PathBuf};

use crate::tools::{self, Result};

/// What needs programs beside the tests.
const PROGRAMS: &str = "programs";

/// Where these are, below the tests.
const FOLDER: &str = "plugins/extprograms";

/// Runs the test files below `path` in three groups and shows the figures; true if all ended as they must, but for those that need programs of
/// their own unless these are run.
pub(crate) fn svtest(path: &str, server: Option<&str>, exec: bool) -> Result<bool> {
    tools::run(&mut tools::cargo(&["build", "--release", "--quiet", "--locked", "--package", "tamis-cli"]))?;
    let folder = std::env::current_dir().map_err(|error| error.to_string())?.join(path);
    let mut files = Vec::new();
    walk(&folder, &mut files)?;
    if files.is_empty() {
        return Err(format!("{}: no *.svtest file", folder.display()));
    }
    let below = |file: &Path, name: &str| file.strip_prefix(&folder).is_ok_and(|inner| inner.starts_with(name));
    let (failures, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| below(file, "failures"));
    let (plugins, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| below(file, FOLDER));
    let mut good = true;
    for (title, files, expect_failure) in
        [("the suite", files, false), (PROGRAMS, plugins, false), ("files that must fail", failures, true)]
    {
        if files.is_empty() {
            continue;
        }
        println!("=== {title}");
        let mut command = tools::program(tools::target_folder().join("release/tamis"), &["test", "--format", "summary"]);
        command.current_dir(&folder).args(["--server", server.unwrap_or("pigeonhole-2.4")]);
        command.args(expect_failure.then_some("--expect-failure"));
        if exec && title == PROGRAMS {
            command.arg("--exec").arg(folder.join(FOLDER).join("bin"));
        }
        command.args(files.iter().map(|file| file.strip_prefix(&folder).unwrap_or(file)));
        let status = command.status().map_err(|error| format!("tamis: {error}"))?;
        good &= status.success() || (title == PROGRAMS && !exec);
    }
    Ok(good)
}

/// All test files below a folder, in the order of their names.
fn walk(folder: &Path, out: &mut Vec<PathBuf>) -> Result {
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(trouble)?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>().map_err(trouble)?;
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            walk(&path, out)?;
        } else if path.extension().is_some_and(|extension| extension == "svtest") {
            out.push(path);
        }
    }
    Ok(())
}
