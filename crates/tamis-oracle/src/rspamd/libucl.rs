//! libucl's own basic cases, from a checkout of its source: each `N.in` says what its `N.res` says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Code;
use tamis::ucl::{File, Files, Loaded, Release, Settings, Wanted, compact, load, read};

use super::Compared;

/// Runs the cases of `tests/basic` below `checkout`.
///
/// # Errors
/// The folder cannot be read.
pub fn compare(checkout: &Path) -> io::Result<Compared> {
    let folder = fs::canonicalize(checkout.join("tests/basic"))?;
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "in"));
    cases.sort();
    let mut compared = Compared::default();
    for case in cases {
        let Ok(expected) = fs::read_to_string(case.with_extension("res")) else { continue };
        let loaded = loaded(&folder, &case);
        let why: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.code.facts().id).collect();
        let name = case.to_string_lossy().into_owned();
        if expected.starts_with("Error occurred") {
            if loaded.refused {
                compared.same += 1;
                compared.refused += 1;
            } else {
                compared.different.push([name, compact(&loaded.document), expected]);
            }
            continue;
        }
        // What libucl wrote is UCL itself. Its test program shows what it has when a `.try_include` ends the reading.
        let theirs = compact(&read(&expected, &Settings { lowercase_keys: true, ..Settings::default() }).document);
        let ours = compact(&loaded.document);
        let is_read = !loaded.refused || loaded.diagnostics.iter().all(|finding| finding.code == Code::UclTryInclude);
        if is_read && ours == theirs {
            compared.same += 1;
        } else {
            compared.different.push([name, format!("{ours} {why:?}"), theirs]);
        }
    }
    Ok(compared)
}

/// As libucl's test program reads.
fn settings(folder: &Path) -> Settings {
    let variables = [("ABI", "unknown".to_owned()), ("CURDIR", folder.to_string_lossy().into_owned())];
    Settings {
        release: Release::Rspamd4,
        variables: variables.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        lowercase_keys: true,
        environment: None,
    }
}

fn loaded(folder: &Path, case: &Path) -> Loaded {
    let mut files = Files::new();
    let name = case.to_string_lossy().into_owned();
    loop {
        let loaded = load(&name, &files, &settings(folder));
        if loaded.wanted.is_empty() {
            return loaded;
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => {
                    // The tests do not run in the folder of the cases.
                    let path = PathBuf::from(&name);
                    let file = fs::read_to_string(&path)
                        .ok()
                        .filter(|_| path.is_absolute())
                        .map(|text| File { path: fs::canonicalize(&path).unwrap_or(path).to_string_lossy().into_owned(), text });
                    files.insert(name, file);
                }
                Wanted::Glob(pattern) => {
                    let path = PathBuf::from(&pattern);
                    let (start, end) =
                        path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('*')).unwrap_or(("", ""));
                    let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
                    let mut names: Vec<String> = entries
                        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(start) && name.ends_with(end)))
                        .map(|entry| entry.path().to_string_lossy().into_owned())
                        .collect();
                    names.sort();
                    files.insert_glob(pattern, names);
                }
            }
        }
    }
}
