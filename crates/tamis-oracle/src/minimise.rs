//! Making a disagreement small: parts are left out as long as it persists (Zeller and Hildebrandt, "Simplifying and isolating
//! failure-inducing input", 2002).

use crate::generate::tokens;

/// Questions that one minimisation may ask: each may start a program.
const MAX_QUESTIONS: usize = 200;

/// Leaves out items as long as `persists` says that what is left still shows the same.
pub fn items<T: Clone>(items: Vec<T>, persists: &mut dyn FnMut(&[T]) -> bool) -> Vec<T> {
    let mut left = items;
    let mut questions = 0;
    let mut size = left.len().div_ceil(2).max(1);
    loop {
        let mut smaller = false;
        let mut start = 0;
        while start < left.len() && questions < MAX_QUESTIONS {
            let mut without = left.clone();
            without.drain(start..(start + size).min(left.len()));
            questions += 1;
            if persists(&without) {
                left = without;
                smaller = true;
            } else {
                start += size;
            }
        }
        if questions >= MAX_QUESTIONS || (size == 1 && !smaller) {
            return left;
        }
        if !smaller {
            size = size.div_ceil(2);
        } else {
            size = size.min(left.len().max(1));
        }
    }
}

/// A script made small: first whole commands and blocks, then tokens.
pub fn script(text: &str, persists: &mut dyn FnMut(&str) -> bool) -> String {
    let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let lines = items(lines, &mut |lines| persists(&lines.concat()));
    let text = lines.concat();
    let row = tokens(&text);
    let joined = |row: &[String]| plain(row);
    if !persists(&joined(&row)) {
        return text;
    }
    // A token alone seldom goes; a pair of braces, or a list's comma with its item, does.
    let row = items(row, &mut |row| persists(&joined(row)));
    let row = pairs(row, &mut |row| persists(&joined(row)));
    joined(&row)
}

/// Leaves out two tokens at a time: brackets that belong together.
fn pairs(mut row: Vec<String>, persists: &mut dyn FnMut(&[String]) -> bool) -> Vec<String> {
    let mut questions = 0;
    let mut open = 0;
    while open < row.len() && questions < MAX_QUESTIONS {
        let close = match row[open].as_str() {
            "{" => "}",
            "[" => "]",
            "(" => ")",
            _ => {
                open += 1;
                continue;
            }
        };
        let mut smaller = None;
        for end in (open + 1..row.len()).filter(|end| row[*end] == close) {
            let mut without = row.clone();
            without.remove(end);
            without.remove(open);
            questions += 1;
            if persists(&without) {
                smaller = Some(without);
                break;
            }
        }
        match smaller {
            Some(without) => row = without,
            None => open += 1,
        }
    }
    row
}

/// A message made small: lines go as long as the answer stays, but for the first `fixed`.
pub fn message(bytes: &[u8], fixed: usize, persists: &mut dyn FnMut(&[u8]) -> bool) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let (head, rest) = lines.split_at(fixed.min(lines.len()));
    let head = head.concat();
    let whole = |rest: &[&[u8]]| [head.clone(), rest.concat()].concat();
    let rest = items(rest.to_vec(), &mut |rest| persists(&whole(rest)));
    whole(&rest)
}

fn plain(row: &[String]) -> String {
    let mut random = crate::generate::Random::new(0);
    crate::generate::render(row, &mut random, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let mut persists = |text: &str| text.contains("stop") && text.matches('{').count() == text.matches('}').count();
        let small = script("require \"a\";\nif true {\nkeep;\nstop;\n}\nkeep;\n", &mut persists);
        assert_eq!(small.split_whitespace().collect::<String>(), "stop");
        let small = message(b"A: 1\nB: 2\nC: 3\n\nbody\n", 1, &mut |bytes| bytes.windows(2).any(|pair| pair == b"C:"));
        assert_eq!(small, b"A: 1\nC: 3\n");
    }
}
