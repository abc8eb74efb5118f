//! Reading scripts, and the scripts that they include.

use std::io::{Read, Write};
use std::path::Path;

use tamis::diagnostic::Language;
use tamis::sieve::{Dialect, Script, Scripts, Store, compile};

use crate::common::says;
use crate::out::{about, not_text};

/// Reads a file, `-` being standard input.
pub fn read(path: &str, language: Language) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if path == "-" {
        let input = says(language, "standard input", "entrée standard");
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| about(input, &error, language))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| about(path, &error, language))
}

/// Reads a file that is text.
pub fn text(path: &str, language: Language) -> Result<String, String> {
    String::from_utf8(read(path, language)?).map_err(|_| format!("{path}{}{}", says(language, ": ", " : "), not_text(language)))
}

/// Reads a script. A script that is not UTF-8 is an error with the place of the first bad byte.
pub fn script(path: &str, language: Language) -> Result<Script, String> {
    match String::from_utf8(read(path, language)?) {
        Ok(text) => Ok(Script::parse(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Err(says(
                language,
                format!("{path}:{line}: not UTF-8 text (byte {valid}); save the script as UTF-8"),
                format!("{path}:{line} : n'est pas du texte en UTF-8 (octet {valid}) ; enregistrez le script en UTF-8"),
            ))
        }
    }
}

/// Writes a file whole or not at all: beside it, and then in its place. A link stays a link; permissions and owner are kept.
pub fn write(path: &str, text: &str, language: Language) -> Result<(), String> {
    let trouble = |error: std::io::Error| about(path, &error, language);
    let target = std::fs::canonicalize(path).map_err(trouble)?;
    let kept = std::fs::metadata(&target).map_err(trouble)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.tamis-{}", std::process::id()));
    let written = (|| {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        same_owner(&beside, &kept)?;
        file.set_permissions(kept.permissions())?;
        file.sync_all()?;
        std::fs::rename(&beside, &target)
    })();
    let Err(error) = written else { return Ok(()) };
    let _ = std::fs::remove_file(&beside);
    // Where no file may be made, or none with this owner, the file itself is written. Not after any other trouble: a full disk would cut it.
    if error.kind() == std::io::ErrorKind::PermissionDenied { std::fs::write(&target, text).map_err(trouble) } else { Err(trouble(error)) }
}

/// Gives a new file the owner of the one that it replaces: an administrator fixes users' scripts.
#[cfg(unix)]
fn same_owner(path: &Path, kept: &std::fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let new = std::fs::metadata(path)?;
    if (new.uid(), new.gid()) == (kept.uid(), kept.gid()) {
        return Ok(());
    }
    std::os::unix::fs::chown(path, Some(kept.uid()), Some(kept.gid()))
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &std::fs::Metadata) -> std::io::Result<()> {
    Ok(())
}

/// Finds the scripts that a script includes, in a folder, as long as new ones are wanted. Names cannot leave the folder: a script
/// name has no slash (RFC 5804, 1.6).
pub fn included(script: &Script, dialect: &Dialect, folder: Option<&Path>) -> Scripts {
    let mut included = Scripts::default();
    loop {
        let wanted = compile(script, &included, dialect).wanted;
        if wanted.is_empty() {
            return included;
        }
        for one in wanted {
            let found = folder.filter(|_| one.store == Store::Personal).and_then(|folder| {
                let path = folder.join(format!("{}.sieve", one.name));
                std::fs::read_to_string(path).ok()
            });
            included.texts.insert((one.store, one.name), found);
        }
    }
}
