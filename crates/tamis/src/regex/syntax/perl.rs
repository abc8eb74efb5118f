//! PCRE.
use super::{Id, Parser};
use crate::regex::{Error, ErrorKind};
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Modes {
    pub(super) ignore_case: bool,
}
impl Parser<'_> {
    pub(super) fn perl(&mut self) -> Result<Id, Error> {
        let _ = self.modes.ignore_case;
        self.error(ErrorKind::Unsupported, 0)
    }
}
