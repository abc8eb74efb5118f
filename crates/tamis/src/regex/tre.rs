//! TRE.
use super::syntax::Parsed;
use super::{Captures, GaveUp};
#[derive(Clone, Debug)]
pub(super) struct Program;
impl Program {
    pub(super) fn new(_: &Parsed) -> Option<Self> {
        None
    }
    pub(super) fn run(&self, _: &[u8], _: usize, _: &mut u64) -> Result<Option<Captures>, GaveUp> {
        Ok(None)
    }
}
