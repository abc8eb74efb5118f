//! `cargo xtask studio`: from a fresh clone to the page in a browser.

use crate::serve::Site;
use crate::tools::{self, Result, root};
use crate::{wasm, web};

/// Builds everything and serves it until Ctrl-C.
pub(crate) fn studio(port: Option<u16>, open: bool) -> Result {
    web::prepare()?;
    wasm::build(wasm::Module::Studio)?;
    wasm::build(wasm::Module::Rspamd)?;
    wasm::build(wasm::Module::Editor)?;
    web::build()?;
    let site = Site::open(&root().join("web/dist"), port)?;
    println!("\n  The studio is at {}\n  Ctrl-C stops it.\n", site.url());
    if open {
        show(&site.url());
    }
    site.serve();
    Ok(())
}

/// Opens the page in the desktop's browser, where there is one. Not finding one is no error: the address is on the terminal.
fn show(url: &str) {
    let opener: &[&str] = if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["cmd", "/c", "start"]
    } else if std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some() {
        &["xdg-open"]
    } else {
        return;
    };
    if let [name, arguments @ ..] = opener {
        let _ = tools::program(name, arguments).arg(url).spawn();
    }
}
