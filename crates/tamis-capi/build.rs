//! Gives the shared library its name for the loader: programs linked with it keep working for as long as the number stays.

#[allow(clippy::disallowed_methods, reason = "a build script is told by its environment")]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtamis.so.0");
    }
}
