//! Scripts as rows of tokens, each the text that it will have; how they become text, and how text becomes them.

use super::Random;

/// A string literal.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A multi-line string (RFC 5228, 2.4.2).
pub(super) fn multiline(text: &str) -> String {
    let mut out = "text:\n".to_owned();
    for line in text.split('\n') {
        let line = line.trim_end_matches('\r');
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(".\n");
    out
}

/// Splits a script into tokens; comments are tokens too. Never fails: what is no token is one of a single character.
#[must_use]
pub fn tokens(script: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            char if char.is_whitespace() => {
                rest = &rest[char.len_utf8()..];
                continue;
            }
            '"' => quoted(rest),
            '#' => rest.find('\n').map_or(rest.len(), |at| at + 1),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            _ if rest.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text:")) => {
                ["\n.\n", "\n.\r\n"].iter().filter_map(|end| rest.find(end).map(|at| at + end.len())).min().unwrap_or(rest.len())
            }
            char if char.is_ascii_alphanumeric() || char == '_' || char == ':' => {
                rest[1..].find(|char: char| !char.is_ascii_alphanumeric() && char != '_').map_or(rest.len(), |at| at + 1)
            }
            char => char.len_utf8(),
        };
        out.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    out
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Writes tokens as a script, one command to a line. With `odd` it varies what has no meaning: case of names, blanks, comments, line ends.
#[must_use]
pub fn render(tokens: &[String], random: &mut Random, odd: bool) -> String {
    let mut out = String::new();
    let crlf = odd && random.chance(30);
    for (index, token) in tokens.iter().enumerate() {
        let word = token.starts_with(|char: char| char.is_ascii_alphabetic() || char == ':') && !token.contains('\n');
        if odd && word && random.chance(15) {
            out.push_str(&token.to_uppercase());
        } else {
            out.push_str(token);
        }
        let end = matches!(token.as_str(), ";" | "{" | "}");
        let next = tokens.get(index + 1).map_or("", String::as_str);
        let tight = matches!(next, ";" | "," | "]" | ")") || matches!(token.as_str(), "[" | "(");
        if token.ends_with('\n') {
            continue;
        }
        if odd && random.chance(4) {
            out.push_str(random.pick(&[" /* c; */ ", " # c \"\n", "\n\n", "\t", "/* \n * */"]));
        } else if end {
            out.push('\n');
        } else if !tight {
            out.push(' ');
        }
    }
    if crlf { out.replace("\r\n", "\n").replace('\n', "\r\n") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_split_and_written_again() {
        let script = "require \"a\\\"b\";\nif header :is [\"x\", \"y\"] text:\n..z\n.\n{\nkeep;\n}\n";
        let split = tokens(script);
        assert_eq!(split.len(), 16, "{split:?}");
        assert_eq!(render(&split, &mut Random::new(1), false), script);
        assert_eq!(tokens("\"open").len() + tokens("/*").len() + tokens("é§").len(), 4);
    }
}
