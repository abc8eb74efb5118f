//! Folders of check-sieve's (its option --test-dir): messages NAME.eml beside NAME.out, what it said of them. Compared is where the message
//! ends, not its words.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::sieve::Script;
use tamis::text::Encoding;
use tamis_wire::{SavedStep, Simulation, play};

use super::{Case, Done, Failure, Setting};
use crate::common::says;
use crate::config::Config;
use crate::out::about;
use crate::{files, run as runs};

/// Whether these files are tests: a message with what is expected of it.
pub fn is_folder(paths: impl Iterator<Item = PathBuf>) -> bool {
    let names: BTreeSet<PathBuf> = paths.collect();
    names.iter().any(|path| path.extension().is_some_and(|end| end == "out") && pair(path, &names).is_some())
}

/// The message of an expectation, and its script if that is in the name: NAME.out of NAME.eml, or as check-sieve's own tests are called,
/// SCRIPT_NAME.out of SCRIPT.sieve and NAME.eml.
fn pair(out: &Path, names: &BTreeSet<PathBuf>) -> Option<(PathBuf, Option<PathBuf>)> {
    let message = out.with_extension("eml");
    if names.contains(&message) {
        return Some((message, None));
    }
    let stem = out.file_stem()?.to_str()?;
    let splits = stem.match_indices('_').filter_map(|(at, _)| Some((stem.get(..at)?, stem.get(at + 1..)?)));
    let mut pairs =
        splits.map(|(script, message)| (out.with_file_name(format!("{message}.eml")), out.with_file_name(format!("{script}.sieve"))));
    let (message, script) = pairs.find(|(message, script)| names.contains(message) && names.contains(script))?;
    Some((message, Some(script)))
}

/// Runs a folder. Its script is the one that is asked for, or the only one in it, or the only one above.
pub(super) fn run(folder: &Path, setting: &Setting<'_>, config: &Config, language: Language) -> Result<Done, String> {
    let dialect = setting.args.server.dialect(config)?;
    let names = listed(folder, language)?;
    let mut done = Done { path: folder.to_owned(), server: dialect.name.clone(), ..Done::default() };
    for out in names.iter().filter(|path| path.extension().is_some_and(|end| end == "out")) {
        let Some((message, script)) = pair(out, &names) else { continue };
        let name = out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let path = match setting.args.script.clone().or(script) {
            Some(path) => path,
            None => only_script(folder, &names, language)?,
        };
        let script = files::script(&path.to_string_lossy(), language)?;
        let failure = one(&script, &path, &message, out, setting, config, language)?;
        done.tests.push(Case { name, path: Some(out.clone()), line: 1, failure });
    }
    Ok(done)
}

fn listed(folder: &Path, language: Language) -> Result<BTreeSet<PathBuf>, String> {
    let trouble = |error: std::io::Error| about(&folder.display().to_string(), &error, language);
    std::fs::read_dir(folder).map_err(trouble)?.map(|entry| entry.map(|entry| entry.path()).map_err(trouble)).collect()
}

fn only_script(folder: &Path, names: &BTreeSet<PathBuf>, language: Language) -> Result<PathBuf, String> {
    let scripts = |names: &BTreeSet<PathBuf>| -> Vec<PathBuf> {
        names.iter().filter(|path| path.extension().is_some_and(|end| end == "sieve")).cloned().collect()
    };
    let mut found = scripts(names);
    if found.is_empty() {
        found = scripts(&listed(&folder.join(".."), language)?);
    }
    match found.as_slice() {
        [only] => Ok(only.clone()),
        _ => {
            let shown = folder.display();
            let (en, fr) =
                (format!("{shown}: which script? Name it with --script"), format!("{shown} : quel script ? Nommez-le avec --script"));
            Err(says(language, en, fr))
        }
    }
}

fn one(
    script: &Script,
    path: &Path,
    message: &Path,
    out: &Path,
    setting: &Setting<'_>,
    config: &Config,
    language: Language,
) -> Result<Option<Failure>, String> {
    let dialect = setting.args.server.dialect(config)?;
    let included = files::included(script, &dialect, setting.args.server.include(config).as_deref());
    let told = String::from_utf8_lossy(&files::read(&out.to_string_lossy(), language)?).into_owned();
    let step = SavedStep { expect: tamis_wire::check_sieve::expected(&told), ..SavedStep::default() };
    let bytes = files::read(&message.to_string_lossy(), language)?;
    let base = Simulation {
        script,
        included: &included,
        dialect: &dialect,
        account: &crate::delivery::with_config(Default::default(), config),
        message: &[],
        charsets: &Charsets::new(),
        from: None,
        to: None,
        user: None,
        hostname: None,
        now: setting.now,
        name: &message.to_string_lossy(),
        language,
        encoding: Encoding::Utf8,
        trace: setting.programs.is_some(),
        coverage: setting.args.coverage.coverage.is_some(),
        before: &[],
        after: &[],
        programs: None,
    };
    let played = play(&base, &[(&step, &bytes)], &mut |simulation| runs::answered(simulation, setting.programs.as_ref()))?;
    setting.count(&played, &base, &path.to_string_lossy(), setting.args.server.include(config).as_deref());
    let places = super::file::Placed { steps: vec![(0, Vec::new())], ..Default::default() };
    Ok(super::saved::failure(&places, &played, &path.to_string_lossy(), "", language))
}
