// Fails when a built file is heavier than its budget. Sizes are what travels: brotli for the WASM, gzip for JavaScript.
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const assets = new URL('../dist/assets/', import.meta.url);
const small = new URL('../generated-sieve/', import.meta.url);
// The page's modules have one name in dist: they are weighed where they are built.
const studio = new URL('../src/generated/', import.meta.url);
const editor = new URL('../src/generated-edit/', import.meta.url);
const rspamd = new URL('../src/generated-rspamd/', import.meta.url);
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

const budgets = [
  { what: 'WASM that checks and runs', folder: small, files: /\.wasm$/, measure: brotli, unit: 'brotli', limit: 170_000 },
  // 16 kB of it are for keystrokes that cost what they change (a draft), and for lints that find earlier rules by their keys.
  { what: "the studio's WASM", folder: studio, files: /\.wasm$/, measure: brotli, unit: 'brotli', limit: 350_000 },
  { what: "the editor's WASM", folder: editor, files: /\.wasm$/, measure: brotli, unit: 'brotli', limit: 95_000 },
  { what: "Rspamd's WASM, loaded by its page alone", folder: rspamd, files: /\.wasm$/, measure: brotli, unit: 'brotli', limit: 160_000 },
  { what: "Rspamd's page", files: /^rspamd-.*\.js$/, measure: gzip, unit: 'gzip', limit: 8_000 },
  { what: 'reader of test files, loaded when one is opened', files: /^toml-.*\.js$/, measure: gzip, unit: 'gzip', limit: 8_000 },
  { what: 'JavaScript without the editor', files: /^(?!editor-|rspamd-|toml-).*\.js$/, measure: gzip, unit: 'gzip', limit: 30_000 },
  { what: 'editor chunk', files: /^editor-.*\.js$/, measure: gzip, unit: 'gzip', limit: 125_000 },
];

for (const { what, folder = assets, files, measure, unit, limit } of budgets) {
  const found = readdirSync(folder).filter((name) => files.test(name));
  const size = found.reduce((sum, name) => sum + measure(readFileSync(new URL(name, folder))), 0);
  const good = found.length > 0 && size <= limit;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}: ${size} bytes ${unit} of ${limit} allowed (${found.join(', ') || 'not built'})`);
  if (!good) process.exitCode = 1;
}
