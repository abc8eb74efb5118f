//! `tamis check` of a folder with an Rspamd configuration, as an administrator meets it.
#![allow(clippy::tests_outside_test_module)]

mod program;

use std::path::{Path, PathBuf};

/// A folder of its own for a test; it ends with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("tamis-check-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        let folder = Self(path);
        for (name, text) in files {
            let path = folder.0.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Exit status, standard output, standard error.
fn check(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let all = [&["check", "--lang", "en"], args, &[folder.to_str().unwrap()]].concat();
    program::tamis(Path::new("."), &all, "")
}

const MAIN: &str =
    "actions {\n  reject = 15;\n  .include(try=true; priority=1; duplicate=merge) \"$LOCAL_CONFDIR/local.d/actions.conf\"\n}\n";

#[test]
fn a_folder_is_checked_file_by_file() {
    let folder = Folder::new("files", &[("rspamd.conf", MAIN), ("local.d/actions.conf", "add_header = 20;\n")]);
    let (status, out, _) = check(&folder.0, &["--format", "concise"]);
    let path = folder.0.join("rspamd.conf");
    assert_eq!(
        out,
        format!(
            "{}:2:12: warning[rspamd/threshold-order]: from 20 on, `add header` takes the place of `reject`, which begins at 15: the highest threshold wins\n",
            path.display()
        )
    );
    assert_eq!(status, 1);
    let clean = Folder::new("clean", &[("rspamd.conf", MAIN)]);
    let (status, out, _) = check(&clean.0, &[]);
    assert_eq!((status, out.as_str()), (0, "rspamd-3.4 accepts the configuration: 0 errors, 0 warnings\n"));
    let (status, ..) = check(&folder.0, &["--level", "rspamd/threshold-order=off"]);
    assert_eq!(status, 0);
}

#[test]
fn every_format_takes_it() {
    let folder = Folder::new("formats", &[("rspamd.conf", MAIN), ("local.d/actions.conf", "add_header = 5m;\nreject = ;\n")]);
    for (format, part) in [
        ("full", "help: tamis explain ucl/"),
        ("json", "\"server\":\"rspamd-3.4\",\"verdict\":\"refused\""),
        ("sarif", "\"tags\":[\"rspamd\"]"),
        ("github", "title=tamis (ucl/"),
        ("gitlab", "\"check_name\":\"ucl/"),
        ("junit", "<testcase name=\"ucl/"),
        ("concise", "local.d/actions.conf:1:14: warning[ucl/millions]"),
    ] {
        let (status, out, err) = check(&folder.0, &["--format", format]);
        assert!(out.contains(part), "{format}: {out}\n{err}");
        assert_eq!(status, 1, "{format}");
    }
}

/// Files outside the folder are named, and not read: links are followed only as far as they stay inside.
#[test]
#[cfg(unix)]
fn nothing_outside_the_folder_is_read() {
    let outside = Folder::new("outside", &[("secret", "password = \"hidden\";\n")]);
    let secret = outside.0.join("secret");
    let main = format!(
        ".include(try=true) \"/etc/passwd\"\n.include(try=true) \"$CURDIR/../{}/secret\"\n.include(try=true) \"$CURDIR/link.conf\"\n.include \"{}\"\n",
        outside.0.file_name().unwrap().to_string_lossy(),
        secret.display()
    );
    let folder = Folder::new("inside", &[("rspamd.conf", &main), ("a.lua", "local x = 1")]);
    std::os::unix::fs::symlink(&secret, folder.0.join("link.conf")).unwrap();
    std::os::unix::fs::symlink(&outside.0, folder.0.join("lua")).unwrap();
    let (status, out, err) = check(&folder.0, &["--format", "json"]);
    assert_eq!(status, 1);
    assert!(!out.contains("hidden") && !err.contains("hidden") && !out.contains("root:"), "{out}\n{err}");
    assert!(out.contains("ucl/include-missing"), "{out}");
    assert_eq!(err.matches("it is not read").count(), 4, "{err}");
}

#[test]
fn names_in_the_folders_lua_and_values_of_templates_are_known() {
    let main = "composites { X { expression = \"MY_RULE & OTHER_RULE\"; score = {= env.SCORE =}; } }\n";
    let folder = Folder::new("lua", &[("rspamd.conf", main), ("lua/rspamd.local.lua", "rspamd_config.MY_RULE = { score = 1 }")]);
    let (_, out, _) = check(&folder.0, &["--format", "concise", "--env", "SCORE=3"]);
    assert!(out.contains("`OTHER_RULE`") && !out.contains("`MY_RULE`") && !out.contains("template"), "{out}");
    assert_eq!(check(&folder.0, &["--rspamd", "new"]).0, 2);
}
