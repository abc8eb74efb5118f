//! How loud each finding is.

#[cfg(feature = "full")]
use crate::diagnostic::Diagnostic;
use crate::diagnostic::{Code, Severity};

/// How loud a finding is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not told.
    Off,
    /// A hint.
    Hint,
    /// A warning.
    Warning,
}

impl Level {
    /// By its name: `off`, `hint`, `warning`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "off" => Some(Self::Off),
            "hint" => Some(Self::Hint),
            "warning" => Some(Self::Warning),
            _ => None,
        }
    }
}

/// Levels other than the lints' own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(Vec<(Code, Level)>);

impl Levels {
    /// Sets the level of a code, the last one counts.
    ///
    /// # Errors
    /// A sentence in English: there is no such code, or it is the server's own error, which has no level.
    pub fn set(&mut self, id: &str, level: Level) -> Result<(), String> {
        let Some(code) = Code::from_id(id) else { return Err(format!("there is no finding `{id}`")) };
        if code.severity() == Severity::Error {
            return Err(format!("`{id}` is an error: the server refuses such a script, whatever its level"));
        }
        self.0.retain(|(known, _)| *known != code);
        self.0.push((code, level));
        Ok(())
    }

    /// Makes findings as loud as they are to be, and takes out those that are off. Errors stay.
    #[cfg(feature = "full")]
    pub fn apply(&self, findings: &mut Vec<Diagnostic>) {
        if self.0.is_empty() {
            return;
        }
        findings.retain_mut(|finding| {
            let level = self.0.iter().find(|(code, _)| *code == finding.code).map(|(_, level)| *level);
            match level {
                Some(Level::Off) if finding.severity != Severity::Error => return false,
                Some(Level::Hint) if finding.severity != Severity::Error => finding.severity = Severity::Hint,
                Some(Level::Warning) if finding.severity != Severity::Error => finding.severity = Severity::Warning,
                _ => {}
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_no_level_and_unknown_codes_are_said() {
        let mut levels = Levels::default();
        assert!(levels.set("sieve/missing-require", Level::Off).is_err_and(|why| why.contains("is an error")));
        assert!(levels.set("sieve/nothing", Level::Off).is_err());
        assert_eq!(levels.set("sieve/unused-require", Level::Off), Ok(()));
    }
}
