//! In place of `programs.rs` where nothing can be run: in the browser.

use std::convert::Infallible;
use std::marker::PhantomData;

use super::fields::Fields;
use super::machine::{Machine, Step};
use super::result::External;
use super::{Reply, Value};
use crate::diagnostic::Diagnostic;

/// There are none.
pub(super) struct Programs<'m>(Infallible, PhantomData<&'m ()>);

/// No program ended.
#[derive(Clone, Copy)]
pub(super) enum Ending {}

impl Machine<'_, '_> {
    pub(super) const fn program(&mut self, _: &External, _: &Fields<'_>) -> Step<Option<(Ending, Reply, Vec<u8>)>> {
        Ok(None)
    }

    pub(super) fn program_failure(failure: Diagnostic, _: Option<&Value>, _: Ending) -> Diagnostic {
        failure
    }
}
