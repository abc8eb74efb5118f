//! The library seen from C: builds it, compiles a C program against the header, links it both ways and runs it, under sanitizers and
//! valgrind too where they are. Without a C compiler this is skipped, unless `TAMIS_REQUIRE_ORACLES=1`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a static library of Rust needs from the system (`rustc --print native-static-libs`); the same stands in tamis.pc.in.
const NATIVE: [&str; 7] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs what must succeed without a word of complaint.
#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let output = run(command);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

fn works(command: &str) -> bool {
    Command::new(command).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Builds the library and copies it to a folder of its own.
fn built(name: &str, features: &[&str]) -> PathBuf {
    let out = succeeds(
        Command::new(env!("CARGO"))
            .args(["build", "--package", "tamis-capi", "--lib", "--message-format", "json", "--quiet"])
            .args(features)
            // The tests also run with small stacks; the compiler needs its own.
            .env_remove("RUST_MIN_STACK")
            .current_dir(folder()),
    );
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&to).unwrap();
    for message in out.lines() {
        let message: serde_json::Value = serde_json::from_str(message).unwrap();
        let is_ours = message["target"]["crate_types"].as_array().is_some_and(|types| types.iter().any(|one| one == "staticlib"));
        for file in message["filenames"].as_array().filter(|_| is_ours).into_iter().flatten() {
            let file = Path::new(file.as_str().unwrap());
            std::fs::copy(file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
    assert!(to.join("libtamis.so").exists() && to.join("libtamis.a").exists(), "{out}");
    // The loader looks for the name inside of the library, as it is installed.
    let _ = std::fs::remove_file(to.join("libtamis.so.0"));
    std::os::unix::fs::symlink("libtamis.so", to.join("libtamis.so.0")).unwrap();
    to
}

fn compiler(source: &Path, to: &Path) -> Command {
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-D_DEFAULT_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-pthread", "-I"])
        .arg(folder().join("include"))
        .arg(source)
        .arg("-o")
        .arg(to);
    cc
}

#[test]
fn a_c_program_uses_the_library() {
    if !works("cc") {
        assert!(std::env::var("TAMIS_REQUIRE_ORACLES").as_deref() != Ok("1"), "no C compiler: apt-get install gcc libc6-dev");
        eprintln!("skipped: no C compiler (apt-get install gcc libc6-dev)");
        return;
    }
    let smoke = folder().join("tests/c/smoke.c");

    let plain = built("plain", &[]);
    let shared = plain.join("smoke-shared");
    succeeds(compiler(&smoke, &shared).arg("-L").arg(&plain).arg("-ltamis").arg(format!("-Wl,-rpath,{}", plain.display())));
    assert!(succeeds(&mut Command::new(&shared)).contains("as the header says"));

    let panics = built("panics", &["--features", "test-panic"]);
    let linked = panics.join("smoke-static");
    succeeds(compiler(&smoke, &linked).arg("-DTAMIS_TEST_PANIC").arg(panics.join("libtamis.a")).args(NATIVE));
    let output = run(&mut Command::new(&linked));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr).matches("on purpose").count(), 3, "each panic is reported and caught");

    let sanitized = plain.join("smoke-sanitized");
    let mut cc = compiler(&smoke, &sanitized);
    cc.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]).arg(plain.join("libtamis.a")).args(NATIVE);
    if run(&mut cc).status.success() {
        succeeds(Command::new(&sanitized).env("ASAN_OPTIONS", "detect_leaks=1"));
    } else {
        eprintln!("without sanitizers: this compiler has none");
    }

    if works("valgrind") {
        let kinds = ["-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"];
        succeeds(Command::new("valgrind").args(kinds).arg(&shared));
    } else {
        eprintln!("without valgrind: it is not installed");
    }

    if works("nm") {
        let listed = succeeds(Command::new("nm").args(["-D", "--defined-only"]).arg(plain.join("libtamis.so")));
        let mut names: Vec<&str> = listed.lines().filter_map(|line| line.split_ascii_whitespace().last()).collect();
        names.sort_unstable();
        assert_eq!(names, ["tamis_check", "tamis_free", "tamis_run", "tamis_version", "tamis_vet"]);
    }
}

#[test]
fn the_header_alone_is_enough_for_c_and_its_statuses_are_ours() {
    if !works("cc") {
        eprintln!("skipped: no C compiler (apt-get install gcc libc6-dev)");
        return;
    }
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("header.c");
    std::fs::write(&to, "#include \"tamis.h\"\n_Static_assert(TAMIS_OK == 0 && TAMIS_E_ARGUMENT == 1 && TAMIS_E_UTF8 == 2 && TAMIS_E_INTERNAL == 3, \"\");\nint x;\n").unwrap();
    succeeds(compiler(&to, &to.with_extension("o")).arg("-c"));
}

/// A function that C can call must not let a panic out: all are made by one macro.
#[test]
fn every_export_goes_through_the_macro_that_catches_panics() {
    let source = std::fs::read_to_string(folder().join("src/lib.rs")).unwrap();
    let code: Vec<&str> = source.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let count = |words: &str| code.iter().filter(|line| line.contains(words)).count();
    assert_eq!((count("extern \"C\""), count("no_mangle"), count("catch_unwind(")), (1, 1, 1));
    let makers: Vec<usize> = code.iter().enumerate().filter(|(_, line)| line.starts_with("export! {")).map(|(at, _)| at).collect();
    let exported = code.iter().filter(|line| line.starts_with("fn tamis_")).count();
    assert_eq!((makers.len(), exported), (6, 6));
    let header = std::fs::read_to_string(folder().join("include/tamis.h")).unwrap();
    for name in code.iter().filter_map(|line| line.strip_prefix("fn ")).filter_map(|line| line.split_once('(')).map(|(name, _)| name) {
        let declared = header.lines().any(|line| !line.starts_with([' ', '/']) && line.contains(&format!("{name}(")));
        assert_eq!(declared, name.starts_with("tamis_") && name != "tamis_test_panic", "{name}");
    }
}

#[test]
fn the_pkg_config_file_has_what_the_static_library_needs() {
    let text = std::fs::read_to_string(folder().join("tamis.pc.in")).unwrap();
    assert!(text.contains(&format!("Libs.private: {}\n", NATIVE.join(" "))));
    for place in ["@prefix@", "@libdir@", "@version@"] {
        assert!(text.contains(place), "{place}");
    }
}
