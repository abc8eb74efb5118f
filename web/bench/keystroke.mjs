// From a keystroke to diagnostics in WASM: 300 keystrokes in scripts of 100 KB, each answered with all findings as JSON. Prints the
// median and the 99th percentile, and fails above the budgets. Build the module first: cargo xtask wasm
//   node web/bench/keystroke.mjs [--report]     with --report it only prints
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const KEYSTROKES = 300;
const SIZE = 100_000;
const BUDGET = { p50: 1, p99: 3 };

const glue = new URL('../src/generated/tamis.js', import.meta.url);
if (!existsSync(glue)) {
  console.error('no WASM: cargo xtask wasm');
  process.exit(2);
}
const tamis = await import(glue.href);
tamis.initSync({ module: readFileSync(new URL('tamis_bg.wasm', glue)) });

// The scripts of the criterion bench.
const benches = new URL('../../benches/', import.meta.url);
const scripts = JSON.parse(
  execFileSync('cargo', ['run', '--quiet', '--release', '--bin', 'scripts'], { cwd: benches, maxBuffer: 1 << 24 }).toString(),
);

let failed = false;
for (const [name, script] of Object.entries(scripts)) {
  if (script.length > SIZE || script.length < 0.95 * SIZE) throw new Error(`${name}: ${script.length} bytes`);
  // Someone writes a rule in the midst of the script, one character after the other: most states are broken.
  const middle = script.indexOf('\nif ', script.length / 2) + 1;
  const [before, after] = [script.slice(0, middle), script.slice(middle)];
  const typed = 'if header :contains "Subject" ["facture", "devis"] {\n    addflag "\\\\Seen";\n    fileinto "Factures";\n    stop;\n}\n'.repeat(3);
  const draft = new tamis.Draft();
  const encoder = new TextEncoder();
  const ask = (length) => {
    const text = before + typed.slice(0, length) + after;
    const start = performance.now();
    const answer = draft.check(JSON.stringify({ version: 1, server: 'mailcow', lang: 'en', positions: 'utf16' }), encoder.encode(text));
    return [performance.now() - start, answer];
  };
  // The same once before, until the browser's compiler has seen all of the code.
  for (let length = 0; length < typed.length; length++) ask(length);
  const times = [];
  let findings = 0;
  for (let stroke = 0; stroke < KEYSTROKES; stroke++) {
    const [time, answer] = ask(stroke % typed.length);
    times.push(time);
    findings += JSON.parse(answer).files[0].diagnostics.length;
  }
  times.sort((one, other) => one - other);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  const good = at(0.5) <= BUDGET.p50 && at(0.99) <= BUDGET.p99;
  failed ||= !good;
  console.log(
    `${good ? 'ok  ' : 'SLOW'} ${name}: ${script.length} bytes, p50 ${at(0.5).toFixed(2)} ms of ${BUDGET.p50}, p99 ${at(0.99).toFixed(2)} ms of ${BUDGET.p99}, ` +
      `least ${times[0].toFixed(2)} ms, ${(findings / KEYSTROKES).toFixed(1)} findings`,
  );
}
if (failed && !process.argv.includes('--report')) process.exitCode = 1;
