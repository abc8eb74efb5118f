//! Ctrl-C, twice: the first ends what is in hand and says what came of it, the second ends at once.

use std::io::IsTerminal;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use tamis::diagnostic::Language;

use crate::common::says;

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C (or SIGTERM) is only remembered.
pub fn watch(language: Language) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let handler = move || {
            if ASKED.swap(true, Ordering::SeqCst) {
                std::process::exit(2);
            }
            if std::io::stderr().is_terminal() {
                let said = says(language, "stopping; Ctrl-C again ends at once", "arrêt ; un second Ctrl-C termine aussitôt");
                anstream::eprintln!("\ntamis: {said}");
            }
        };
        // Where it cannot be watched, Ctrl-C ends the program as it always did.
        let _ = ctrlc::set_handler(handler);
    });
}

/// Whether Ctrl-C came.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
