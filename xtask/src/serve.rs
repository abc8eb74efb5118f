//! A small web server for a built page: its files are read once, so that no request ever reaches the disk.

use crate::tools::{self, Result};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use tiny_http::{Header, Method, Request, Response, Server};

/// What the page may do, and nothing else: no code but its own (`wasm-unsafe-eval` is what WebAssembly.compile needs), no other
/// server, and no HTML made from text (Trusted Types; Lit's policy is `lit-html`, ours for the worker's address is `tamis`).
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types tamis lit-html";

/// A page, ready to be served.
pub(crate) struct Site {
    files: BTreeMap<String, (&'static str, Vec<u8>)>,
    server: Server,
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
        let server = Server::from_listener(listener, None).map_err(|error| error.to_string())?;
        Ok(Self { files, server, address })
    }

    /// Where the page is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers until the process ends.
    pub(crate) fn serve(&self) {
        for request in self.server.incoming_requests() {
            // A browser that went away is no concern of ours.
            let _ = self.answer(request);
        }
    }

    fn answer(&self, request: Request) -> std::io::Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request.respond(Response::empty(405));
        }
        let path = request.url().split(['?', '#']).next().unwrap_or("");
        let name = if path == "/" { "/index.html" } else { path };
        let Some((kind, bytes)) = self.files.get(name) else {
            return request.respond(Response::empty(404));
        };
        let headers = [
            ("Content-Type", *kind),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cache-Control", "no-cache"),
        ];
        let response = headers
            .iter()
            .filter_map(|(name, value)| Header::from_bytes(*name, *value).ok())
            .fold(Response::from_data(bytes.as_slice()), Response::with_header);
        request.respond(response)
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
    use std::io::{Read, Write};
    use std::net::TcpStream;

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
    fn modules_and_wasm_have_the_types_that_browsers_insist_on() {
        assert_eq!(kind("/assets/a.wasm"), "application/wasm");
        assert!(kind("/a.b.js").starts_with("text/javascript"));
    }
}
