//! Repeats one stage alone, for a profiler: `valgrind --tool=callgrind target/release/profile compile 20`.

use std::hint::black_box;

use tamis::sieve::Script;
use tamis::sieve::run::Account;
use tamis_benches::{dialect, inputs, keystroke, peer_compile, tamis_compile, tamis_run};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let stage = arguments.next().unwrap_or_else(|| "compile".into());
    let times: u32 = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(10);
    let (dialect, rules) = (dialect(), inputs::thousand_rules());
    let program = tamis_compile(&rules, &dialect);
    let message = inputs::small_message();
    let keystrokes: Vec<String> = inputs::keystroke_scripts().iter().map(|(_, script)| keystroke::request(script)).collect();
    for _ in 0..times {
        match stage.as_str() {
            "compile-typical" => drop(black_box(tamis_compile(black_box(inputs::TYPICAL), &dialect))),
            "compile" => drop(black_box(tamis_compile(black_box(&rules), &dialect))),
            "tree" => drop(black_box(Script::parse(black_box(rules.as_str())).tree().tokens().len())),
            "peer-compile-typical" => drop(black_box(peer_compile(black_box(inputs::TYPICAL)))),
            "peer-compile" => drop(black_box(peer_compile(black_box(&rules)))),
            "keystroke" => drop(black_box(tamis_wire::check_json(black_box(&keystrokes[0])))),
            "keystroke-variables" => drop(black_box(tamis_wire::check_json(black_box(&keystrokes[1])))),
            "run" => drop(black_box(tamis_run(&program, &Account::default(), black_box(&message)))),
            other => panic!(
                "no such stage: {other} (compile, compile-typical, tree, peer-compile, peer-compile-typical, keystroke, keystroke-variables, run)"
            ),
        }
    }
}
