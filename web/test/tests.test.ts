// Files of saved tests, read and run as the page does: the corpus's own, and what the page exports.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answer as decode } from '../src/engine/charsets';
import type { Charset, Request, SavedTest, TestResponse, TestsFile } from '../src/engine/wire';
import { fromBytes, subjectOf } from '../src/message';
import { accepted, contextOf, messageOf, savedTest, unusedName } from '../src/tests';
import { readTests } from '../src/toml';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const corpus = (path: string): Uint8Array => readFileSync(new URL(`../../corpus/${path}`, import.meta.url));
const glue = new URL('../src/generated/tamis.js', import.meta.url);

test('a message is kept as text if it gives back the same bytes, and otherwise as bytes', () => {
  for (const bytes of [utf8('Subject: é\r\n\r\nx\r\n'), utf8('\ufeffA: b\n'), utf8('no line end'), new Uint8Array([0x41, 0xe9, 0x0a]), new Uint8Array()]) {
    const saved = savedTest('x', bytes, {});
    expect(messageOf(saved)).toEqual(bytes.length ? bytes : null);
    expect(saved.message === undefined || saved.message?.includes('\n')).toBe(true);
  }
});

test('what is not said is not saved', () => {
  expect(savedTest('x', utf8('a\n'), { from: null, now: '2026-11-23T09:14:00Z', account: { addresses: [], mailboxes: null } })).toEqual({ name: 'x', message: 'a\n', now: '2026-11-23T09:14:00Z' });
  expect(savedTest('x', utf8('a\n'), { to: 'a@example.org', account: { addresses: [], mailboxes: ['A'] } })).toMatchObject({ to: 'a@example.org', account: { mailboxes: ['A'] } });
});

test('a test opens in the fields that it was saved from', () => {
  const saved: SavedTest = { name: 'x', from: 'a@example.org', now: '2026-11-23T09:14:00+01:00', account: { addresses: ['b@example.org', 'c@example.org'], mailboxes: null } };
  expect(contextOf(saved)).toEqual({ from: 'a@example.org', to: '', addresses: 'b@example.org\nc@example.org', mailboxes: '', now: new Date('2026-11-23T08:14:00Z') });
  expect(contextOf({ name: 'x', to: 'z@example.org', step: [{ message: 'a\n', from: 'd@example.org' }] })).toMatchObject({ from: 'd@example.org', to: 'z@example.org' });
});

test('a new result is accepted message by message', () => {
  expect(accepted({ name: 'x', expect: { rule: 'a' } }, [{ stored: ['B'] }])).toEqual({ name: 'x', expect: { stored: ['B'] } });
  expect(accepted({ name: 'x', step: [{ message: 'a\n' }, { message: 'b\n' }] }, [{ stored: [] }, { sent: [] }]).step).toEqual([{ message: 'a\n', expect: { stored: [] } }, { message: 'b\n', expect: { sent: [] } }]);
  expect(unusedName('x', [{ name: 'x' }, { name: 'x (2)' }])).toBe('x (3)');
});

test('a message is called by its subject', () => {
  const subject = (text: string): string => subjectOf(fromBytes(utf8(text)));
  expect(subject('From: a\nSubject: plain\n folded\n\nSubject: other')).toBe('plain folded');
  expect(subject('subject: =?utf-8?Q?Caf=C3=A9?= =?utf-8?B?w6k=?= and =?x-none?q?x?=\n\n')).toBe('Caféé and =?x-none?q?x?=');
  expect(subject('From: a\n\nSubject: no')).toBe('');
});

test('what is said for a whole file holds for each of its tests', () => {
  const { tests, script, server } = readTests(
    'script = "s.sieve"\nserver = "mailcow"\nfrom = ""\nnow = 2026-11-23T09:14:00+01:00\nsettings = { a = 1, b = true }\naccount = "acc.json"\n[[test]]\nname = "one"\nmessage = "in/m.eml"\nsettings = { b = "x" }\n' +
      '[[test]]\nname = "two"\nscript = """\nkeep;\n"""\nmessage = "none.eml"\n[[test.step]]\nmessage = "in/raw.eml"\nnow = 2026-11-24T00:00:00Z\n',
    new Map([['m.eml', utf8('A: b\n\n')], ['raw.eml', new Uint8Array([0xe9, 10])], ['s.sieve', utf8('stop;')], ['acc.json', utf8('{"addresses":["a@example.org"]}')]]),
  );
  expect([script, server]).toEqual(['stop;', 'mailcow']);
  expect(tests[0]).toMatchObject({ name: 'one', message: 'A: b\n\n', from: '', settings: { a: '1', b: 'x' }, account: { addresses: ['a@example.org'] } });
  expect(tests[1]).toMatchObject({ name: 'two', message: 'none.eml', script: 'keep;\n', settings: { a: '1', b: 'yes' }, step: [{ message_base64: '6Qo=', now: '2026-11-24T00:00:00.000Z' }] });
  // The zone stays: what day it is there may decide.
  expect(tests[0]?.now).toMatch(/^2026-11-23T09:14:00(\.0+)?\+01:00$/);
  expect(() => readTests('[[test]', new Map())).toThrow(/TOML/);
  expect(readTests('a = 1', new Map()).tests).toEqual([]);
});

test.skipIf(!existsSync(glue))('the corpus’s tests pass here too, and go out as a file that comes in the same', async () => {
  const tamis = (await import(/* @vite-ignore */ glue.href)) as typeof import('../src/generated/tamis.js');
  tamis.initSync({ module: readFileSync(new URL('tamis_bg.wasm', glue)) });
  const beside = new Map([['invoice-fr.eml', corpus('mail/invoice-fr.eml')], ['koi8-r.eml', corpus('mail/koi8-r.eml')], ['filters.sieve', corpus('saved/filters.sieve')]]);
  const run = (tests: SavedTest[], script: string): TestResponse => {
    const charsets: Charset[] = [];
    for (let round = 0; ; round += 1) {
      const answer = JSON.parse(tamis.test(JSON.stringify({ script, tests, charsets } satisfies Request))) as TestResponse;
      if (answer.wanted.length === 0 || round === 3) return answer;
      charsets.push(...answer.wanted.map(decode));
    }
  };
  const passed = ({ tests }: TestResponse): unknown => tests.map((test) => test.passed || [test.error, test.steps.map(({ differences }) => differences)]);
  const { tests, script } = readTests(new TextDecoder().decode(corpus('saved/tests.toml')), beside);
  expect(passed(run(tests, script ?? ''))).toEqual([true, true, true, true, true, true]);
  const file = JSON.parse(tamis.tests_file(JSON.stringify({ script: script ?? '', server: 'mailcow', set: { sieve_max_redirects: '3' }, tests } satisfies Request))) as TestsFile;
  const again = readTests(file.text, new Map());
  expect(again.script).toBe(script);
  expect(again.server).toBe('mailcow');
  expect(passed(run(again.tests, again.script ?? ''))).toEqual([true, true, true, true, true, true]);
});
