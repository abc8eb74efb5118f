//! The page: Node's version, npm packages, Vite.

use crate::tools::{self, Result, root};
use std::process::Command;

/// The oldest Node that Vite 8 runs on.
const NODE: (u32, u32) = (20, 19);

/// Checks Node and installs the npm packages of `web/package-lock.json`, if that was not done already.
pub(crate) fn prepare() -> Result {
    check_node()?;
    let lock = tools::read(&root().join("web/package-lock.json"))?;
    let stamp = root().join("web/node_modules/.installed-from-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    tools::run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    tools::write(&stamp, &lock)
}

/// Builds the page into web/dist. The WASM must be there already.
pub(crate) fn build() -> Result {
    tools::run(&mut npm(&["run", "--silent", "build"]))
}

/// npm in web/.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = tools::program(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments);
    command.current_dir(root().join("web"));
    command
}

fn check_node() -> Result {
    let wanted = format!("Node {}.{} or newer is needed", NODE.0, NODE.1);
    let output = tools::program("node", &["--version"]).output().map_err(|_| format!("{wanted}, and `node` was not found"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if node_version(&version).is_some_and(|found| found >= NODE) { Ok(()) } else { Err(format!("{wanted}; this is {version}")) }
}

/// Major and minor of what `node --version` prints.
fn node_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.strip_prefix('v')?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_not_by_text() {
        assert!(node_version("v20.20.2") >= Some(NODE));
        assert!(node_version("v100.0.0") >= Some(NODE));
        assert!(node_version("v20.9.0") < Some(NODE));
        assert_eq!(node_version("nonsense"), None);
    }
}
