// What if a symbol had another score? 10,000 recorded messages of 30 symbols each, counted again in WASM after each move of a slider. Prints
// the least time and the median, and fails if the least is above the budget. Build the module first: cargo xtask wasm
//   node web/bench/rescore.mjs [--report]     with --report it only prints
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const MOVES = 100;
const BUDGET = 33;

const glue = new URL('../src/generated-rspamd/rspamd.js', import.meta.url);
if (!existsSync(glue)) {
  console.error('no WASM: cargo xtask wasm');
  process.exit(2);
}
const { initSync, Scores } = await import(glue.href);
initSync({ module: readFileSync(new URL('rspamd_bg.wasm', glue)) });

// The records of the criterion bench.
const benches = new URL('../../benches/', import.meta.url);
const { moved, configuration, records } = JSON.parse(
  execFileSync('cargo', ['run', '--quiet', '--release', '--bin', 'records'], { cwd: benches, maxBuffer: 1 << 26 }).toString(),
);
const scores = new Scores(JSON.stringify({ rspamd: '3.4', files: { 'rspamd.conf': configuration } }));
const start = performance.now();
const count = scores.corpus(new TextEncoder().encode(records));
console.log(`${count} records read in ${(performance.now() - start).toFixed(0)} ms`);
if (count !== 10_000) throw new Error('not the records that were meant');

const times = [];
let otherwise = 0;
for (let move = 0; move < MOVES; move++) {
  const request = JSON.stringify({ scores: { [moved]: (move % 50) / 10 } });
  const start = performance.now();
  const answer = scores.recount(request);
  times.push(performance.now() - start);
  otherwise = Math.max(otherwise, JSON.parse(answer).otherwise);
}
if (otherwise === 0) throw new Error('no move changed anything');
times.sort((one, other) => one - other);
const good = times[0] <= BUDGET;
console.log(`${good ? 'ok  ' : 'SLOW'} one move: least ${times[0].toFixed(2)} ms of ${BUDGET}, median ${times[MOVES / 2].toFixed(2)} ms, up to ${otherwise} messages treated otherwise`);
if (!good && !process.argv.includes('--report')) process.exitCode = 1;
