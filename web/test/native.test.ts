// The WASM answers as native tamis does, to the byte: a program (crates/tamis-oracle/examples/answers.rs) prints what native tamis says to
// every script, message and case of the corpus, and here the WASM is asked the same. The answers have the shapes that the schema says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Ajv from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';

/** What the editor's module answers. */
type Editing = 'complete' | 'hover' | 'signature';

/** A line of the program. */
type Line =
  | { ask: 'version' | 'check' | 'vet' | 'reach' | 'reach_difference' | 'test' | 'tests_file' | Editing; request: string; answer: string }
  | { ask: 'tokens'; request: string; answer: number[] }
  | { ask: 'run'; request: string; message: string; answer: string };

/** Where `cargo xtask test unit` put the program; without it this test is skipped. */
const program = process.env['TAMIS_ANSWERS'];
const glue = new URL('../src/generated/tamis.js', import.meta.url);
const editGlue = new URL('../src/generated-edit/tamis.js', import.meta.url);
const corpus = new URL('../../corpus/', import.meta.url);
const schema = new URL('../../crates/tamis-wire/wire.schema.json', import.meta.url);

test.skipIf(!program)('WASM and native give the same bytes over the whole corpus', { timeout: 300_000 }, async () => {
  expect(existsSync(glue), 'build the WASM first: cargo xtask wasm').toBe(true);
  const tamis = (await import(/* @vite-ignore */ glue.href)) as typeof import('../src/generated/tamis.js');
  tamis.initSync({ module: readFileSync(new URL('tamis_bg.wasm', glue)) });
  const editing = (await import(/* @vite-ignore */ editGlue.href)) as typeof import('../src/generated-edit/tamis.js');
  editing.initSync({ module: readFileSync(new URL('tamis_bg.wasm', editGlue)) });

  const messages = new Map<string, Uint8Array>();
  const message = (path: string): Uint8Array => {
    const known = messages.get(path) ?? readFileSync(new URL(path, corpus));
    messages.set(path, known);
    return known;
  };
  const ask = (line: Line): string => {
    switch (line.ask) {
      // Not in the WASM: the answer is only held against the schema.
      case 'vet':
      case 'reach':
      case 'reach_difference':
        return line.answer;
      case 'version':
        return tamis.version(line.request);
      case 'check':
      case 'test':
      case 'tests_file':
        return tamis[line.ask](line.request);
      case 'tokens':
        return [...tamis.tokens(line.request)].join();
      case 'run':
        return tamis.run(line.request, message(line.message));
      case 'complete':
      case 'hover':
      case 'signature':
        return editing[line.ask](line.request);
    }
  };

  // The same from a draft, whose script was another one before: nothing of that may be left.
  const draft = new tamis.Draft();
  const encoder = new TextEncoder();
  const drafted = (line: Line): string | undefined => {
    if (line.ask !== 'check' && line.ask !== 'run') return undefined;
    const { script, ...beside } = JSON.parse(line.request) as { script?: unknown };
    if (typeof script !== 'string') return undefined;
    const bytes = encoder.encode(script);
    // Half a character of UTF-16 is no text.
    if (new TextDecoder().decode(bytes) !== script) return undefined;
    const checked = draft.check(JSON.stringify(beside), bytes);
    return line.ask === 'check' ? checked : draft.run(JSON.stringify(beside), message(line.message));
  };

  const ajv = new Ajv({ allErrors: true });
  ajv.addSchema(JSON.parse(readFileSync(schema, 'utf8')) as object, 'wire');
  const is = (name: string) => ajv.compile({ $ref: `wire#/$defs/${name}` });
  const shapes = {
    version: is('About'),
    check: is('CheckResponse'),
    run: is('RunResponse'),
    vet: is('VetReport'),
    reach: is('ReachResponse'),
    reach_difference: is('ReachDifference'),
    test: is('TestResponse'),
    tests_file: is('TestsFile'),
    complete: is('CompleteResponse'),
    hover: is('HoverResponse'),
    signature: is('SignatureResponse'),
  };
  const [failed, request, vetRequest] = [is('Failed'), is('Request'), is('VetRequest')];
  /** Holds the answer against its shape, and the request, unless tamis refused it. */
  const shaped = (line: Line): void => {
    if (line.ask === 'tokens') return;
    const answer = JSON.parse(line.answer) as object;
    const shape = 'error' in answer ? failed : shapes[line.ask];
    if (!shape(answer)) expect(shape.errors, line.answer).toBeNull();
    if (!['version', 'reach', 'reach_difference'].includes(line.ask) && !('error' in answer)) {
      const asked = line.ask === 'vet' ? vetRequest : request;
      if (!asked(JSON.parse(line.request))) expect(asked.errors, line.request).toBeNull();
    }
  };

  const native = spawn(program!, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(native, 'close');
  const asked = { version: 0, check: 0, vet: 0, reach: 0, reach_difference: 0, test: 0, tests_file: 0, tokens: 0, run: 0, complete: 0, hover: 0, signature: 0 };
  for await (const text of createInterface({ input: native.stdout })) {
    const line = JSON.parse(text) as Line;
    const answer = ask(line);
    // Compared before `expect` is called: it is made for a few values, not for 60 MB.
    if (answer !== String(line.answer)) expect(answer, `${line.ask} ${line.request}`).toBe(String(line.answer));
    const again = drafted(line) ?? answer;
    if (again !== answer) expect(again, `draft: ${line.ask} ${line.request}`).toBe(answer);
    shaped(line);
    asked[line.ask] += 1;
  }
  expect(await ended).toEqual([0, null]);
  expect(asked.version).toBe(2);
  expect(asked.tokens).toBeGreaterThan(100);
  expect(asked.vet).toBeGreaterThan(100);
  for (const kind of ['reach', 'reach_difference'] as const) expect(asked[kind]).toBeGreaterThan(50);
  for (const kind of ['test', 'tests_file'] as const) expect(asked[kind]).toBeGreaterThan(80);
  for (const kind of ['complete', 'hover', 'signature'] as const) expect(asked[kind]).toBeGreaterThan(300);
  expect(asked.check).toBeGreaterThan(1000);
  expect(asked.run).toBeGreaterThan(10_000);
});
