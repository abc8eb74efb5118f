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
    let requests: Vec<String> = inputs::keystroke_scripts().iter().map(|(_, script)| keystroke::request(script)).collect();
    let states: Vec<Vec<String>> = inputs::keystroke_scripts().iter().map(|(_, script)| keystroke::states(script)).collect();
    let mut draft = tamis_wire::Draft::default();
    let mut stroke = |script: usize, turn: u32| {
        let states = &states[script];
        drop(black_box(draft.check_json(keystroke::REQUEST, black_box(&states[turn as usize % states.len()]))));
    };
    for turn in 0..times {
        match stage.as_str() {
            "compile-typical" => drop(black_box(tamis_compile(black_box(inputs::TYPICAL), &dialect))),
            "compile" => drop(black_box(tamis_compile(black_box(&rules), &dialect))),
            "tree" => drop(black_box(Script::parse(black_box(rules.as_str())).tree().tokens().len())),
            "peer-compile-typical" => drop(black_box(peer_compile(black_box(inputs::TYPICAL)))),
            "peer-compile" => drop(black_box(peer_compile(black_box(&rules)))),
            "check" => drop(black_box(tamis_wire::check_json(black_box(&requests[0])))),
            "check-variables" => drop(black_box(tamis_wire::check_json(black_box(&requests[1])))),
            "keystroke" => stroke(0, turn),
            "keystroke-variables" => stroke(1, turn),
            "run" => drop(black_box(tamis_run(&program, &Account::default(), black_box(&message)))),
            other => panic!(
                "no such stage: {other} (compile, compile-typical, tree, peer-compile, peer-compile-typical, check, check-variables, keystroke, \
                 keystroke-variables, run)"
            ),
        }
    }
}
