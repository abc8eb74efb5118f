use tamis::sieve::*;
fn main() {
    let mut a = std::env::args().skip(1);
    let d = Dialect::named(&a.next().unwrap()).unwrap();
    for f in a {
        let t = std::fs::read_to_string(&f).unwrap_or_default();
        let s = Script::parse(t);
        let mut sc = Scripts::default();
        let mut c = compile(&s, &sc, &d);
        for w in c.wanted.clone() {
            sc.texts.insert((w.store, w.name), None);
        }
        c = compile(&s, &sc, &d);
        println!("{} {}", c.verdict.name(), f);
        if std::env::var("V").is_ok() {
            for x in &c.diagnostics {
                println!("   {}:{:?} {:?} {}", s.lines().line(x.range.start), x.range, x.range.of(s.text()), x.message(Default::default()));
            }
        }
    }
}
