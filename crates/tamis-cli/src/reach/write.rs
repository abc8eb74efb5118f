//! `--write`: the messages as files, and a tests.toml that runs them again (docs/tests.md).

use std::path::Path;

use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::sieve::reach::{Answer, Reach, Spot, Witness};
use tamis::text::Encoding;
use tamis_wire::native::answered;
use tamis_wire::{Happened, ReachScript, SavedStep, SavedTest, Simulation, account_json, format_zoned, toml_string, toml_test};

use super::ReachArgs;
use crate::common::{colon, says};
use crate::config::Config;
use crate::out::about;
use crate::save;

/// How a file begins that may be written again.
const HEAD: &str = "# What the script does with each message today: `tamis reach --write` wrote it.\n";

/// Writes a message for each witness, named by the first line that it reaches, and the tests.
pub fn write(
    folder: &Path,
    args: &ReachArgs,
    config: &Config,
    script: &ReachScript,
    found: &Reach,
    language: Language,
) -> Result<(), String> {
    let trouble = |path: &Path, error: std::io::Error| about(&path.display().to_string(), &error, language);
    let path = folder.join("tests.toml");
    // What somebody wrote by hand is not replaced.
    if std::fs::read_to_string(&path).is_ok_and(|text| !text.starts_with(HEAD)) {
        let (en, fr) =
            ("these tests are not from reach: name another folder", "ces essais ne viennent pas de reach : nommez un autre dossier");
        return Err(format!("{}{}{}", path.display(), colon(language), says(language, en, fr)));
    }
    std::fs::create_dir_all(folder).map_err(|error| trouble(folder, error))?;
    let mut toml = HEAD.to_owned() + &save::head(&path, (&script.name, script.script.text()), &script.program.dialect, language);
    if let Some(include) = args.server.include(config) {
        toml += &format!("include = {}\n", toml_string(&save::relative(&path, &include.to_string_lossy())));
    }
    toml += &save::settings(&args.server.settings);
    let mut names: Vec<String> = Vec::new();
    for (number, witness) in found.witnesses.iter().enumerate() {
        let reaches = |branches: bool| {
            let is_it = |answer: &Answer| *answer == Answer::Reached(number);
            found.points.iter().find(|(point, answer)| is_it(answer) && (!branches || point.kind.is_branch()))
        };
        let Some((point, _)) = reaches(true).or_else(|| reaches(false)) else { continue };
        let spot = Spot { unit: point.unit, range: point.range };
        let unit = match script.unit(&spot) {
            "" => String::new(),
            name => format!("{}-", name.chars().map(|char| if char.is_alphanumeric() { char } else { '_' }).collect::<String>()),
        };
        let mut name = format!("{unit}line-{:03}-{}", script.line(&spot), point.kind.name());
        while names.contains(&name) {
            name.push('x');
        }
        let path = folder.join(format!("{name}.eml"));
        std::fs::write(&path, &witness.message).map_err(|error| trouble(&path, error))?;
        toml.push('\n');
        toml += &toml_test(&test(&name, script, witness));
        names.push(name);
    }
    std::fs::write(&path, toml).map_err(|error| trouble(&path, error))
}

/// A message as a test, which expects what the script does with it now.
fn test(name: &str, script: &ReachScript, witness: &Witness) -> SavedTest {
    let simulation = Simulation {
        script: &script.script,
        included: &script.included,
        dialect: &script.program.dialect,
        account: &witness.account,
        message: &witness.message,
        charsets: &Charsets::new(),
        from: Some(witness.from.as_deref().unwrap_or_default()),
        to: Some(&witness.to),
        user: witness.auth.as_deref(),
        hostname: Some(&witness.hostname),
        now: witness.now,
        name,
        language: Language::En,
        encoding: Encoding::Utf8,
        trace: false,
        coverage: false,
        before: &[],
        after: &[],
        programs: None,
    };
    let step = SavedStep {
        message: Some(format!("{name}.eml")),
        from: Some(witness.from.clone().unwrap_or_default()),
        to: Some(witness.to.clone()),
        user: witness.auth.clone(),
        now: Some(format_zoned(witness.now)),
        expect: Happened::of(&answered(&simulation), &simulation).snapshot(),
        ..SavedStep::default()
    };
    SavedTest {
        name: name.to_owned(),
        hostname: Some(witness.hostname.clone()),
        account: Some(account_json(&witness.account)),
        steps: vec![step],
        ..SavedTest::default()
    }
}
