//! A private Rspamd on 127.0.0.1 that finds the symbols it is told to find.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Rspamd;
use crate::programs::Sandbox;

/// Finds exactly what `X-Test-Sym: NAME weight option|option` says, in the order of the header fields.
const SYMBOLS: &str = r#"
require "global_functions" ()
local names = {}
for line in io.lines(rspamd_paths['CONFDIR'] .. '/symbols.list') do names[#names + 1] = line end
local id = rspamd_config:register_symbol({
  name = 'TEST_CALLBACK', type = 'callback', flags = 'empty,nostat', callback = function(task)
    local fields = task:get_header_full('X-Test-Sym') or {}
    table.sort(fields, function(a, b) return a.order < b.order end)
    for _, field in ipairs(fields) do
      local name, weight, options = field.decoded:match('^%s*(%S+)%s*(%S*)%s*(.*)$')
      local list = {}
      for option in (options or ''):gmatch('[^|]+') do list[#list + 1] = option end
      task:insert_result(name, tonumber(weight) or 1.0, list)
    end
  end})
for _, name in ipairs(names) do rspamd_config:register_symbol({name = name, type = 'virtual', parent = id}) end
"#;

/// What surrounds a configuration of scores. `PORT` is replaced.
///
/// Without its languages and with a short list of domains, Rspamd starts in a third of a second.
const FRAME: &str = r#"
lang_detection { languages = "$CONFDIR/none"; }
lua = "$CONFDIR/symbols.lua";
options {
  disable_hyperscan = true;
  pidfile = "$RUNDIR/rspamd.pid";
  filters = "";
  dynamic_conf = "$DBDIR/rspamd_dynamic";
  check_all_filters = true;
  cache_file = "$DBDIR/symbols.cache";
  hs_cache_dir = "$DBDIR/";
  control_socket = "$DBDIR/rspamd.sock mode=0600";
  url_tld = "$CONFDIR/tld.dat";
  dns { nameserver = ["127.0.0.1:53530"]; timeout = 0.05s; retransmits = 1; }
  local_addrs = [127.0.0.0/8];
  task_timeout = 5s;
  .include(try=true; priority=1; duplicate=merge) "$CONFDIR/options.inc"
}
logging { type = "console"; level = "LEVEL"; color = false; }
worker "normal" { bind_socket = "127.0.0.1:PORT"; count = 1; mime = true; }
modules { path = "/usr/share/rspamd/plugins/force_actions.lua"; path = "/usr/share/rspamd/plugins/settings.lua"; }
"#;

/// What is added for a server that leaves records: header fields in its answers. Its log tells each verdict.
const RECORDING: &str = r#"
modules { path = "/usr/share/rspamd/plugins/milter_headers.lua"; }
milter_headers {
  use = ["x-spamd-result", "x-rspamd-server", "x-rspamd-action", "x-spamd-bar", "x-spam-level", "x-spam-status"];
  skip_local = false; skip_authenticated = false;
}
"#;

/// A running server; it ends when this is dropped.
pub(super) struct Server {
    child: Child,
    port: u16,
    said: PathBuf,
}

/// Where the files of a server's configuration are, and what its variables say.
pub(super) fn prepare(sandbox: &Sandbox, registered: &[&str], recording: bool) -> io::Result<u16> {
    for folder in ["etc", "etc/local.d", "etc/override.d", "db", "run", "log"] {
        sandbox.folder(folder)?;
    }
    let port = port()?;
    sandbox.file("etc/symbols.lua", SYMBOLS.as_bytes())?;
    sandbox.file("etc/symbols.list", format!("{}\n", registered.join("\n")).as_bytes())?;
    sandbox.file("etc/tld.dat", b"com\norg\n")?;
    let (level, more) = if recording { ("info", RECORDING) } else { ("error", "") };
    let frame = FRAME.replace("PORT", &port.to_string()).replace("LEVEL", level);
    sandbox.file("etc/frame.conf", format!("{frame}{more}").as_bytes())?;
    Ok(port)
}

/// A port that nobody uses. Each process looks in a part of its own, so that two campaigns never ask each other's server.
fn port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let part = u16::try_from(std::process::id() % 220).unwrap_or(0);
    for _ in 0..100 {
        let port = 10_000 + part * 100 + NEXT.fetch_add(1, Ordering::Relaxed) % 100;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::other("no port is free"))
}

/// `NAME=value` for each variable of a sandboxed configuration.
pub(super) fn variables(sandbox: &Sandbox) -> Vec<(String, String)> {
    let path = |name: &str| format!("{}/{name}", sandbox.path().display());
    [("CONFDIR", "etc"), ("LOCAL_CONFDIR", "etc"), ("DBDIR", "db"), ("RUNDIR", "run"), ("LOGDIR", "log")]
        .map(|(name, folder)| (name.to_owned(), path(folder)))
        .to_vec()
}

impl Server {
    /// Starts a server with the configuration `etc/rspamd.conf`; `None` if it refuses it, with what it says.
    pub(super) fn start(rspamd: &Rspamd, sandbox: &Sandbox, port: u16) -> io::Result<Result<Self, String>> {
        let log = fs::File::create(sandbox.path().join("said"))?;
        let mut command = sandbox.command(&rspamd.rspamd);
        command.arg("-f").arg("-i").arg("-c").arg(sandbox.path().join("etc/rspamd.conf"));
        for (name, value) in variables(sandbox) {
            command.arg(format!("--var={name}={value}"));
        }
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut server = Self { child: command.spawn()?, port, said: sandbox.path().join("said") };
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Ok(server));
            }
            if server.child.try_wait()?.is_some() {
                return Ok(Err(fs::read_to_string(sandbox.path().join("said")).unwrap_or_default()));
            }
            thread::sleep(Duration::from_millis(4));
        }
        Err(io::Error::other("rspamd does not listen"))
    }

    /// The lines of its log that tell verdicts, as far as it has written them.
    pub(super) fn log(&self) -> io::Result<Vec<String>> {
        let text = fs::read(&self.said)?;
        Ok(String::from_utf8_lossy(&text).lines().filter(|line| line.contains("(default: ")).map(str::to_owned).collect())
    }

    /// What it says of a message, as JSON. `headers` are those of the request, each with its line end.
    pub(super) fn check(&self, message: &[u8], headers: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(stream, "POST /checkv2 HTTP/1.0\r\nContent-Length: {}\r\nPass: all\r\n{headers}\r\n", message.len())?;
        stream.write_all(message)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        match answer.split_once("\r\n\r\n") {
            Some((_, body)) => Ok(body.to_owned()),
            None => Err(io::Error::other(format!("rspamd answers {answer:?}"))),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        // Asked to end, Rspamd takes two seconds over it. Ended at once, the main process would leave its workers behind.
        let main = self.child.id().to_string();
        let workers = fs::read_to_string(format!("/proc/{main}/task/{main}/children")).unwrap_or_default();
        let _ = Command::new("kill").arg("-KILL").arg(&main).args(workers.split_whitespace()).status();
        let _ = self.child.wait();
    }
}
