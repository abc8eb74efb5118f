//! Reading scripts, and the scripts that they include.

use std::io::Read;
use std::path::Path;

use tamis::sieve::{Dialect, Script, Scripts, Store, compile};

/// Reads a file, `-` being standard input.
pub fn read(path: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if path == "-" {
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| format!("standard input: {error}"))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| format!("{path}: {error}"))
}

/// Reads a script. A script that is not UTF-8 is an error with the place of the first bad byte.
pub fn script(path: &str) -> Result<Script, String> {
    match String::from_utf8(read(path)?) {
        Ok(text) => Ok(Script::parse(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("{path}:{line}: not UTF-8 text (byte {valid}); save the script as UTF-8"))
        }
    }
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
