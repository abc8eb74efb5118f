//! A small web server for a built page, on 127.0.0.1: its files are read once, so that no request ever reaches the disk. One thread and
//! one request for each connection: a browser opens as many as it likes, and none waits for another.

use crate::tools::{self, Result};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

/// What the page may do, and nothing else: no code but its own (`wasm-unsafe-eval` is what WebAssembly.compile needs), no other
/// server, and no HTML made from text (Trusted Types; Lit's policy is `lit-html`, ours for the worker's address is `tamis`).
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types tamis lit-html";

/// The longest request (bytes) and the longest silence that a client may take.
const REQUEST: u64 = 16 << 10;
const SILENCE: Duration = Duration::from_secs(10);

/// A page, ready to be served.
pub(crate) struct Site {
    files: BTreeMap<String, (&'static str, Vec<u8>)>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Site {
    /// Reads `folder` and listens on 127.0.0.1: on `port`, or on the first free one from 7770.
    pub(crate) fn open(folder: &Path, port: Option<u16>) -> Result<Self> {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files)?;
        let listener = match port {
            Some(port) => TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| format!("port {port}: {error}"))?,
            None => (7770..7870)
                .chain([0])
                .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
                .ok_or("no free port on 127.0.0.1")?,
        };
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        Ok(Self { files, listener, address })
    }

    /// Where the page is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers until the process ends.
    pub(crate) fn serve(&self) {
        std::thread::scope(|threads| {
            for stream in self.listener.incoming().flatten() {
                // A browser that went away is no concern of ours.
                threads.spawn(move || self.answer(&stream).ok());
            }
        });
    }

    fn answer(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_write_timeout(Some(SILENCE))?;
        let mut lines = BufReader::new(stream.take(REQUEST)).lines();
        let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        // The header fields are read, so that closing the connection does not reset it; nothing in them matters here.
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}

        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let path = target.split(['?', '#']).next().unwrap_or("");
        let file = self.files.get(if path == "/" { "/index.html" } else { path });
        let (status, kind, bytes) = match (method, file) {
            ("GET" | "HEAD", Some((kind, bytes))) => ("200 OK", *kind, bytes.as_slice()),
            ("GET" | "HEAD", None) => ("404 Not Found", "text/plain", &b"not found"[..]),
            _ => ("405 Method Not Allowed", "text/plain", &b"only GET and HEAD"[..]),
        };
        let mut out = stream;
        write!(
            out,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {POLICY}\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n\
             Cache-Control: no-cache\r\nConnection: close\r\n\r\n",
            bytes.len()
        )?;
        if method != "HEAD" {
            out.write_all(bytes)?;
        }
        out.flush()
    }
}

/// Reads every file below `folder` under its path in the page's address.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, (&'static str, Vec<u8>)>) -> Result {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = format!("{prefix}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else {
            files.insert(name.clone(), (kind(&name), tools::read(&path)?));
        }
    }
    Ok(())
}

/// The media type of a file, from its name. A browser starts a module or a WASM stream only under the right one.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole response to a request line.
    fn ask(address: SocketAddr, line: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn files_go_out_with_their_type_and_the_policy_and_nothing_else_goes_out() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let site = Site::open(&folder, Some(0)).unwrap();
        let address = site.address;
        std::thread::spawn(move || site.serve());
        let found = ask(address, "GET /main.rs?x=1");
        assert!(found.starts_with("HTTP/1.1 200"), "{found}");
        assert!(found.contains("Content-Type: application/octet-stream"), "{found}");
        assert!(found.contains("require-trusted-types-for 'script'"), "{found}");
        assert!(ask(address, "GET /../Cargo.toml").starts_with("HTTP/1.1 404"));
        assert!(ask(address, "GET /%2e%2e/Cargo.toml").starts_with("HTTP/1.1 404"));
        assert!(ask(address, "POST /main.rs").starts_with("HTTP/1.1 405"));
    }

    #[test]
    fn nobody_waits_for_a_connection_that_says_nothing() {
        let site = Site::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Some(0)).unwrap();
        let address = site.address;
        std::thread::spawn(move || site.serve());
        let silent: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(address).unwrap()).collect();
        assert!(ask(address, "HEAD /main.rs").ends_with("\r\n\r\n"));
        drop(silent);
    }

    #[test]
    fn modules_and_wasm_have_the_types_that_browsers_insist_on() {
        assert_eq!(kind("/assets/a.wasm"), "application/wasm");
        assert!(kind("/a.b.js").starts_with("text/javascript"));
    }
}
