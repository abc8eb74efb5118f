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

    // The fix beside the finding, and all safe ones at once.
    let range = json!({"start": {"line": 3, "character": 4}, "end": {"line": 3, "character": 4}});
    let asked = |only: Option<&str>| {
        let context = match only {
            Some(kind) => json!({"diagnostics": [], "only": [kind]}),
            None => json!({"diagnostics": []}),
        };
        json!({"textDocument": {"uri": URI}, "range": range, "context": context})
    };
    let actions = editor.ask("textDocument/codeAction", asked(None));
    assert_eq!(actions.as_array().unwrap().len(), 1, "{actions}");
    assert_eq!((&actions[0]["title"], &actions[0]["kind"]), (&json!("add `fileinto` to `require`"), &json!("quickfix")));
    assert_eq!(applied(SCRIPT, &actions[0]["edit"]["changes"][URI], 2).lines().next(), Some("require [\"variables\", \"fileinto\"];"));
    let all = editor.ask("textDocument/codeAction", asked(Some("source.fixAll")));
    assert_eq!(all[0]["kind"], "source.fixAll", "{all}");
    let fixed = applied(SCRIPT, &all[0]["edit"]["changes"][URI], 2);
    assert!(fixed.starts_with("require [\"variables\", \"fileinto\"];") && fixed.contains("keep;"), "{fixed}");

    // Someone asks for the findings.
    let pulled = editor.ask("textDocument/diagnostic", json!({"textDocument": {"uri": URI}}));
    assert_eq!((&pulled["kind"], &pulled["items"]), (&json!("full"), &published["diagnostics"]));
    // A script with errors of syntax is not laid out.
    let format = json!({"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": true}});
    assert_eq!(editor.answer("textDocument/formatting", format.clone())["error"]["code"], -32803);

    // Behind the character of two units, one change after the other: each counts from what the one before it left.
    editor.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [
            {"range": {"start": {"line": 4, "character": 6}, "end": {"line": 4, "character": 6}}, "text": ";"},
            {"range": {"start": {"line": 2, "character": 17}, "end": {"line": 2, "character": 22}}, "text": "Listes 𝄞"},
            {"range": {"start": {"line": 0, "character": 8}, "end": {"line": 0, "character": 19}}, "text": "[\"variables\", \"fileinto\"]"},
            {"range": {"start": {"line": 2, "character": 25}, "end": {"line": 2, "character": 26}}, "text": "Z"},
        ]}),
    );
    let published = editor.note("textDocument/publishDiagnostics");
    let found: Vec<&Value> = published["diagnostics"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
    assert_eq!((&published["version"], found), (&json!(2), vec![&json!("sieve/steals-spam")]));
    let text = "require [\"variables\", \"fileinto\"];\n# 𝄞\nset \"folder\" \"𝄞 Listes Z\"; if header :contains \"Subject\" \"x\" {\n  fileinto \"${folder}\";\n  keep;\n}\n";
    // What an applied layout gives tells what the server holds.
    let edits = editor.ask("textDocument/formatting", format);
    assert_eq!(applied(text, &edits, 2), text.replace("; if header", ";\nif header"), "{edits}");

    names_and_shapes(&mut editor, text);
    assert_eq!(editor.leave(), Some(0));
}

/// The script as the editor holds it after edits; columns count units of UTF-16 (2) or UTF-8 (1).
fn applied(text: &str, edits: &Value, unit: usize) -> String {
    let offset = |place: &Value| {
        let (line, column) = (place["line"].as_u64().unwrap() as usize, place["character"].as_u64().unwrap() as usize);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut left = column;
        let mut at = start;
        for char in text[start..].chars() {
            if left == 0 {
                break;
            }
            left -= if unit == 2 { char.len_utf16() } else { char.len_utf8() };
            at += char.len_utf8();
        }
        at
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    edits.sort_unstable();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

/// Rename, definition and the like, and what shows the shape of the script.
fn names_and_shapes(editor: &mut Editor, text: &str) {
    // `${folder}` in line 4: its name, where it gets its value, all of them, and another one.
    let range = editor.at("textDocument/prepareRename", URI, 3, 15);
    assert_eq!(range, json!({"start": {"line": 3, "character": 14}, "end": {"line": 3, "character": 20}}));
    let definition = editor.at("textDocument/definition", URI, 3, 15);
    assert_eq!(definition["range"]["start"], json!({"line": 2, "character": 5}));
    let place = json!({"textDocument": {"uri": URI}, "position": {"line": 2, "character": 6}});
    let with = |name: &str, value: Value| {
        let mut params = place.clone();
        params[name] = value;
        params
    };
    let references = editor.ask("textDocument/references", with("context", json!({"includeDeclaration": true})));
    assert_eq!(references.as_array().unwrap().len(), 2);
    let references = editor.ask("textDocument/references", with("context", json!({"includeDeclaration": false})));
    assert_eq!(references.as_array().unwrap().len(), 1);
    let highlights = editor.at("textDocument/documentHighlight", URI, 2, 6);
    assert_eq!((&highlights[0]["kind"], &highlights[1]["kind"]), (&json!(3), &json!(2)));
    let edit = editor.ask("textDocument/rename", with("newName", json!("dossier")));
    assert_eq!(applied(text, &edit["changes"][URI], 2), text.replace("folder", "dossier"));
    let refused = editor.answer("textDocument/rename", with("newName", json!("1x")));
    assert_eq!((&refused["error"]["code"], refused["error"]["message"].as_str().unwrap().contains("digit")), (&json!(-32803), true));
    assert_eq!(editor.at("textDocument/prepareRename", URI, 4, 3), Value::Null);

    let symbols = editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": URI}}));
    assert_eq!(symbols[1]["name"], "𝄞", "a comment names what comes after it");
    assert_eq!(symbols[2]["children"][1]["name"], "keep");
    let folds = editor.ask("textDocument/foldingRange", json!({"textDocument": {"uri": URI}}));
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(2), &json!(5)));

    // Tokens: the variable inside the string is one of its own.
    let all = editor.ask("textDocument/semanticTokens/full", json!({"textDocument": {"uri": URI}}));
    let data: Vec<u64> = all["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    assert_eq!(data[..5], [0, 0, 7, 1, 0]);
    let (mut line, mut character, mut found) = (0, 0, Vec::new());
    for token in data.chunks(5) {
        character = if token[0] == 0 { character + token[1] } else { token[1] };
        line += token[0];
        found.push((line, character, token[2], token[3]));
    }
    assert!(found.contains(&(2, 13, 13, 5)) && found.contains(&(3, 12, 9, 6)), "{found:?}");
    let part = editor.ask(
        "textDocument/semanticTokens/range",
        json!({"textDocument": {"uri": URI}, "range": {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 9}}}),
    );
    assert_eq!(part["data"], json!([4, 2, 4, 1, 0]));
}

#[test]
fn completion_with_and_without_snippets() {
    let options = json!({"mailboxes": ["Factures", "É𝄞"], "addresses": ["me@example.org"], "lang": "fr"});
    let capabilities = json!({"textDocument": {
        "completion": {"completionItem": {"snippetSupport": true}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "diagnostic": {},
    }});
    let (mut editor, _) = Editor::greeted(capabilities, options);
    editor.open(URI, "# 𝄞\nif true {\n  fi\n}\n");
    let list = editor.at("textDocument/completion", URI, 2, 4);
    let of = |list: &Value, label: &str| -> Value {
        list["items"].as_array().unwrap().iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("{label}: {list}")).clone()
    };
    let fileinto = of(&list, "fileinto");
    assert_eq!(fileinto["textEdit"]["newText"], "fileinto \"${1:mailbox}\";");
    assert_eq!(fileinto["insertTextFormat"], 2);
    assert_eq!(
        fileinto["additionalTextEdits"][0],
        json!({"range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}, "newText": "require \"fileinto\";\n"})
    );
    assert!(fileinto.get("documentation").is_none());
    let resolved = editor.ask("completionItem/resolve", fileinto);
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("range le message dans un dossier"), "{resolved}");
    assert_eq!(of(&list, "if")["textEdit"]["newText"], "if ${1:test} {\n  $0\n\\}");

    // Mailboxes, signature help and hover in the other language.
    editor.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": "fileinto \"\";"}]}),
    );
    let list = editor.at("textDocument/completion", URI, 0, 10);
    assert_eq!(of(&list, "É𝄞")["textEdit"]["newText"], "É𝄞");
    assert_eq!(of(&list, "Factures")["kind"], 19);
    let typed = |column: u32, char: &str| json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": column}, "context": {"triggerKind": 2, "triggerCharacter": char}});
    assert!(editor.ask("textDocument/completion", typed(10, "\""))["items"].is_array());
    assert_eq!(editor.ask("textDocument/completion", typed(11, "\"")), Value::Null);
    let help = editor.at("textDocument/signatureHelp", URI, 0, 10);
    assert_eq!((&help["signatures"][0]["label"], &help["activeParameter"]), (&json!("fileinto <mailbox: string>"), &json!(0)));
    let hover = editor.at("textDocument/hover", URI, 0, 2);
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert!(
        hover["contents"]["value"].as_str().unwrap().starts_with("```sieve\nfileinto <mailbox: string>\n```\n\n*action (`fileinto`)*"),
        "{hover}"
    );

    // It asks for diagnostics itself: none were published.
    let pulled = editor.ask("textDocument/diagnostic", json!({"textDocument": {"uri": URI}}));
    assert_eq!(pulled["items"][0]["code"], "sieve/missing-require");
    assert!(editor.notes.is_empty(), "{:?}", editor.notes);
    assert_eq!(editor.leave(), Some(0));

    let (mut editor, _) = Editor::greeted(json!({}), json!({}));
    editor.open(URI, "require \"fileinto\";\n");
    let list = editor.at("textDocument/completion", URI, 1, 0);
    assert_eq!(of(&list, "fileinto")["textEdit"]["newText"], "fileinto");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn settings_hints_and_the_sample_message() {
    let (mut editor, _) = Editor::greeted(json!({"workspace": {"configuration": true}}), json!({"server": "nobody"}));
    assert!(editor.note("window/showMessage")["message"].as_str().unwrap().contains("nobody"));
    // The server asks for its settings, and the editor answers.
    let mut asked = editor.read();
    while asked["method"] != "workspace/configuration" {
        asked = editor.read();
    }
    editor
        .send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": [{"server": "pigeonhole-0.5", "mailboxes": ["INBOX", "Factures"]}]}));
    editor.open(URI, "require [\"fileinto\"];\nif header \"subject\" \"Votre facture de novembre\" { fileinto \"Factures\"; }\nif size :over 1M { stop; }\n");
    assert_eq!(editor.note("textDocument/publishDiagnostics")["diagnostics"], json!([]));
    let whole = json!({"textDocument": {"uri": URI}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}});
    let hints = editor.ask("textDocument/inlayHint", whole.clone());
    assert_eq!((&hints[0]["label"], &hints[0]["position"]), (&json!(":is"), &json!({"line": 1, "character": 9})));
    assert_eq!(hints[1]["label"], "= 1048576 bytes");
    let lenses = editor.ask("textDocument/codeLens", json!({"textDocument": {"uri": URI}}));
    let command = &lenses[0]["command"];
    assert_eq!((&command["command"], &command["arguments"]), (&json!("tamis.runOnSample"), &json!([URI])));
    let run = json!({"command": command["command"], "arguments": command["arguments"]});
    let answer = editor.ask("workspace/executeCommand", run.clone());
    assert_eq!((&answer["outcome"], &answer["stored"][0]["mailbox"]), (&json!("ok"), &json!("Factures")));
    let shown = editor.note("window/showMessage");
    assert!(shown["type"] == 3 && shown["message"].as_str().unwrap().contains("Factures"), "{shown}");

    // Another server, another language, another message; and a command that nobody has.
    let settings = json!({"tamis": {"server": "cyrus", "lang": "fr", "inlayHints": false, "codeLens": false, "sample": "/nowhere/x.eml"}});
    editor.tell("workspace/didChangeConfiguration", json!({"settings": settings}));
    assert_eq!(editor.ask("textDocument/inlayHint", whole), Value::Null);
    assert_eq!(editor.ask("textDocument/codeLens", json!({"textDocument": {"uri": URI}})), Value::Null);
    let refused = editor.answer("workspace/executeCommand", run);
    assert!(refused["error"]["message"].as_str().unwrap().starts_with("le message d'exemple est illisible"), "{refused}");
    let unknown = editor.answer("workspace/executeCommand", json!({"command": "rm", "arguments": []}));
    assert_eq!(unknown["error"]["code"], -32602);
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    loop {
        let published = editor.note("textDocument/publishDiagnostics");
        if published.get("version").is_none() {
            break assert_eq!(published["diagnostics"], json!([]));
        }
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn scripts_beside_the_document() {
    let folder = std::env::temp_dir().join(format!("tamis-lsp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("shared.sieve"), "keep\n").unwrap();
    let uri = format!("file://{}/main.sieve", folder.display());
    let (mut editor, _) = Editor::greeted(json!({}), json!({"include": ""}));
    editor.open(&uri, "require \"include\";\ninclude \"shared\";\ninclude \"\";\n");
    let codes = |published: &Value| -> Vec<String> {
        published["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let published = editor.note("textDocument/publishDiagnostics");
    assert!(codes(&published).contains(&"sieve/included-has-errors".to_owned()), "{published}");
    let list = editor.at("textDocument/completion", &uri, 2, 9);
    assert_eq!(list["items"].as_array().unwrap().iter().map(|item| &item["label"]).collect::<Vec<_>>(), ["shared"]);
    let definition = editor.at("textDocument/definition", &uri, 1, 11);
    assert!(definition["uri"].as_str().unwrap().ends_with("/shared.sieve"), "{definition}");
    // What the editor holds counts, not what is on the disk.
    let shared = format!("file://{}/shared.sieve", folder.display());
    editor.open(&shared, "keep;\n");
    let first = editor.note("textDocument/publishDiagnostics");
    let second = editor.note("textDocument/publishDiagnostics");
    let main = if first["uri"] == uri.as_str() { first } else { second };
    assert!(!codes(&main).contains(&"sieve/included-has-errors".to_owned()), "{main}");
    assert_eq!(editor.leave(), Some(0));
    std::fs::remove_dir_all(&folder).unwrap();
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

/// Every question at places that are and are not there, on scripts that are hardly any.
#[test]
fn no_place_is_wrong_enough() {
    let (mut editor, _) = Editor::greeted(json!({"textDocument": {"diagnostic": {}}}), json!({}));
    let methods = [
        "hover",
        "completion",
        "signatureHelp",
        "prepareRename",
        "rename",
        "definition",
        "references",
        "documentHighlight",
        "documentSymbol",
        "foldingRange",
        "semanticTokens/full",
        "semanticTokens/range",
        "inlayHint",
        "codeLens",
        "codeAction",
        "diagnostic",
    ];
    let scripts = ["", "𝄞", "\"", "require [\"", "if 𝄞 header :\r\n\"${", "text:\n..", "}}}", "\u{feff}keep;\0", "set \"a", "/*"];
    let far = u32::MAX;
    for (number, script) in scripts.into_iter().enumerate() {
        let uri = format!("file:///nowhere/{number}.sieve");
        editor.open(&uri, script);
        for (line, character) in [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (0, far), (far, 0), (far, far)] {
            let place = json!({"line": line, "character": character});
            let range = json!({"start": place, "end": {"line": 0, "character": 0}});
            let params = json!({
                "textDocument": {"uri": uri}, "position": place, "range": range, "newName": "x",
                "context": {"includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "isRetrigger": false},
            });
            for method in methods {
                let answer = editor.answer(&format!("textDocument/{method}"), params.clone());
                let code = answer["error"]["code"].as_i64();
                assert!(code.is_none() || code == Some(-32803), "{method} {script:?} {place}: {answer}");
            }
            // Changes there, too.
            editor.tell(
                "textDocument/didChange",
                json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"range": range, "text": "\""}]}),
            );
        }
    }
    assert_eq!(editor.leave(), Some(0));
}
