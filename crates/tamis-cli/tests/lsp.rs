//! The real program as an editor meets it: a session of `tamis lsp` over its standard input and output.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// An editor.
struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    notes: VecDeque<Value>,
    asked: u64,
}

impl Editor {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tamis"))
            .args(["lsp", "--lang", "en"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { input: child.stdin.take(), child, output, notes: VecDeque::new(), asked: 0 }
    }

    /// A session that has begun.
    fn greeted(capabilities: Value, options: Value) -> (Self, Value) {
        let mut editor = Self::start();
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": options});
        let answer = editor.ask("initialize", params);
        editor.tell("initialized", json!({}));
        (editor, answer)
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        input.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The whole answer to a request; what comes before it is kept.
    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.read();
            if message["id"] == json!(id) && message.get("method").is_none() {
                return message;
            }
            self.notes.push_back(message);
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next notification of a method.
    fn note(&mut self, method: &str) -> Value {
        loop {
            let message = self.notes.pop_front().unwrap_or_else(|| self.read());
            if message["method"] == method {
                return message["params"].clone();
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        self.tell("textDocument/didOpen", json!({"textDocument": {"uri": uri, "languageId": "sieve", "version": 1, "text": text}}));
    }

    /// A request about a place.
    fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        self.ask(method, json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}))
    }

    /// Says goodbye, and gives the exit status.
    fn leave(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        let late = self.answer("textDocument/hover", json!({}));
        assert_eq!(late["error"]["code"], -32600);
        self.tell("exit", Value::Null);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const URI: &str = "file:///nowhere/filter.sieve";

/// A script with mistakes, and a character outside the plane that UTF-16 units reach.
const SCRIPT: &str = "require \"variables\";\n# 𝄞\nset \"folder\" \"𝄞 Lists\"; if header :contains \"Subject\" \"x\" {\n  fileinto \"${folder}\";\n  keep\n}\n";

#[test]
fn a_session_from_greeting_to_goodbye() {
    let (mut editor, greeting) = Editor::greeted(json!({}), json!({"server": "mailcow"}));
    assert_eq!(greeting["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(greeting["serverInfo"]["name"], "tamis");
    editor.open(URI, SCRIPT);
    let published = editor.note("textDocument/publishDiagnostics");
    let codes: Vec<&str> = published["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["sieve/missing-require", "sieve/missing-semicolon"], "{published}");
    assert_eq!(published["diagnostics"][0]["range"], json!({"start": {"line": 3, "character": 2}, "end": {"line": 3, "character": 10}}));
    assert_eq!(published["version"], 1);

    // `𝄞` is two units of UTF-16.
    let hover = editor.at("textDocument/hover", URI, 2, 26);
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("if <test> { … }"), "{hover}");
    assert_eq!(hover["range"]["start"], json!({"line": 2, "character": 25}));
    let hover = editor.at("textDocument/hover", URI, 3, 16);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("line 3: `set \"folder\" \"𝄞 Lists\"`"), "{hover}");

    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn leaving_without_goodbye_and_asking_what_nobody_knows() {
    let (mut editor, greeting) = Editor::greeted(json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}}), Value::Null);
    assert_eq!(greeting["capabilities"]["positionEncoding"], "utf-8");
    assert_eq!(editor.answer("textDocument/nothing", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.answer("textDocument/hover", json!({"textDocument": 3}))["error"]["code"], -32602);
    // A document that is not open, a place that is not there.
    assert_eq!(editor.at("textDocument/hover", "untitled:x", 4, 4), Value::Null);
    editor.open(URI, "keep;");
    assert_eq!(editor.at("textDocument/hover", URI, 400, 4_000_000_000), Value::Null);
    editor.tell("$/cancelRequest", json!({"id": 1}));
    editor.tell("textDocument/didChange", json!({"broken": true}));
    editor.tell("exit", Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(1));
}
