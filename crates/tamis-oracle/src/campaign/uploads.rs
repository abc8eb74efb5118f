//! Accept or refuse: tamis beside `CHECKSCRIPT`, what a user's upload is told.

use std::io;

use tamis::sieve::dialect::{Dialect, Engine};

use super::verdicts::{compare, generated};
use super::{Summary, parallel};
use crate::dovecot::Dovecot;
use crate::programs::Server;

/// mailcow for a user, but with the regular expressions of the machine's own C library.
///
/// # Panics
/// tamis no longer knows the server.
#[must_use]
pub fn uploaded() -> Dialect {
    let mut dialect = Dialect::named("mailcow").expect("a server by this name");
    dialect.engine = Engine::Pigeonhole05;
    dialect
}

pub(super) fn against_checkscript(cases: usize, seed: u64, jobs: usize, progress: &(dyn Fn(usize) + Sync)) -> io::Result<Summary> {
    let server = Server::find().map_err(io::Error::other)?;
    let dovecot = Dovecot::start(&server)?;
    let dialect = uploaded();
    parallel(cases, jobs, progress, || {
        let dialect = &dialect;
        let mut session = dovecot.session()?;
        let mut known = Vec::new();
        let dovecot = &dovecot;
        Ok(move |number| {
            let seed = seed.wrapping_add(number);
            let text = generated(seed, dialect);
            let mut ask = |text: &str| {
                session.check(text.as_bytes()).or_else(|_| {
                    // A script that ends the server's process ends the session: the next script gets a new one.
                    session = dovecot.session()?;
                    session.check(text.as_bytes())
                })
            };
            compare(seed, &text, dialect, &mut known, &mut ask)
        })
    })
}
