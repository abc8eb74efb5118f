import { readFileSync } from 'node:fs';
import { snippet } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { request, zonedTime } from '../src/context';
import { template } from '../src/editor/assist';
import { pieces } from '../src/elements/prose';
import { answer } from '../src/engine/charsets';
import { fromBytes, fromText } from '../src/message';
import { catalogue, preferred } from '../src/text/catalogue';

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a text that can be edited gives back the same bytes, a byte order mark included', () => {
  for (const source of ['Subject: é\n\nbody\n', '\ufeffA: b\r\n\r\n', '']) {
    const message = fromBytes(utf8(source));
    expect(message.editable).toBe(true);
    expect(utf8(message.text)).toEqual(utf8(source));
  }
});

test('bytes that are not UTF-8, and big messages, are shown in part and cannot be edited', () => {
  expect(fromBytes(bytes(0x53, 0xe9, 0x0a)).editable).toBe(false);
  const big = fromBytes(utf8('line\n'.repeat(100_000)));
  expect(big).toMatchObject({ editable: false, lines: 100_000, shownLines: 200 });
});

test('typing keeps the line ends of the message', () => {
  const before = fromBytes(utf8('A: b\r\n\r\nc\r\n'));
  expect(fromText('A: b\n\nd\n', before).text).toBe('A: b\r\n\r\nd\r\n');
  expect(fromText('A: b\n', fromBytes(utf8('x\n'))).text).toBe('A: b\n');
});

test('the browser converts what the core has no table for, and says so when it has none either', () => {
  expect(answer({ kind: 'charset', charset: 'koi8-r', bytes: btoa('\xed\xc9\xd2') })).toEqual({ charset: 'koi8-r', bytes: btoa('\xed\xc9\xd2'), text: 'Мир' });
  expect(answer({ kind: 'charset', charset: 'x-nonsense', bytes: '' }).text).toBeNull();
  expect(answer({ kind: 'charset', charset: 'utf-8', bytes: '***' }).text).toBeNull();
});

test('the language is the first of the reader’s that the page speaks', () => {
  expect(preferred(['de-AT', 'fr-CA', 'en'])).toBe('fr');
  expect(preferred(['en-GB', 'fr'])).toBe('en');
  expect(preferred(['de'])).toBe('en');
});

test('script text stands between backticks; a lone backtick is an ordinary character', () => {
  expect(pieces('unknown command `x`')).toEqual(['unknown command ', 'x', '']);
  expect(pieces('plain')).toEqual(['plain']);
  expect(pieces('`a` and ` alone')).toEqual(['', 'a', ' and ` alone']);
});

test('empty fields are not sent, lists are cut at line ends', () => {
  const context = { server: 's', from: ' ', to: 'b@example.org ', now: new Date(0), addresses: 'a@example.org\n\n b@example.org', mailboxes: '' };
  const made = request('keep;', 'fr', context);
  expect(made).not.toHaveProperty('from');
  expect(made).toMatchObject({ to: 'b@example.org', account: { addresses: ['a@example.org', 'b@example.org'], mailboxes: null }, positions: 'utf16' });
});

test('the time carries its zone', () => {
  const now = new Date(2026, 10, 23, 9, 14, 5);
  expect(zonedTime(now)).toMatch(/^2026-11-23T09:14:05[+-]\d\d:\d\d$/);
  expect(new Date(zonedTime(now)).getTime()).toBe(now.getTime());
});

/** What stands in an empty editor after a text with parts to be filled in, and what is selected. */
function inserted(text: string, ...parts: [number, number][]): [string, string] {
  let state = EditorState.create();
  const placeholders = parts.map(([start, end]) => ({ start, end }));
  snippet(template(text, placeholders))({ state, dispatch: (transaction) => (state = transaction.state) }, null, 0, 0);
  const { from, to } = state.selection.main;
  return [state.doc.toString(), state.sliceDoc(from, to)];
}

test('a text with parts to be filled in becomes itself, the first part selected', () => {
  expect(inserted('fileinto "mailbox";', [10, 17])).toEqual(['fileinto "mailbox";', 'mailbox']);
  expect(inserted('a (test, test)', [3, 7], [9, 13])).toEqual(['a (test, test)', 'test']);
  // Braces, dollars and backslashes are what they are.
  expect(inserted('set "x" "${a}\\\\{ #{b} \\"";')).toEqual(['set "x" "${a}\\\\{ #{b} \\"";', '']);
  expect(inserted('if test {\n  \n}', [3, 7], [12, 12])).toEqual(['if test {\n  \n}', 'test']);
  expect(inserted('x ${a} y', [2, 6])[0]).toBe('x ${a} y');
});

/** Every path to a word of a catalogue. */
const paths = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${path}.${key}`)) : [path];

test('both languages have the same words', () => {
  const words = (language: 'en' | 'fr') => paths({ ...catalogue[language], editorPhrases: {} }).sort();
  expect(words('fr')).toEqual(words('en'));
  // English is what CodeMirror says by itself.
  expect(catalogue.en.editorPhrases).toEqual({});
});

test('French has every word of CodeMirror that the editor shows', () => {
  const said = ['autocomplete', 'commands', 'lint', 'view'].flatMap((name) => {
    const source = readFileSync(new URL(`../node_modules/@codemirror/${name}/dist/index.js`, import.meta.url), 'utf8');
    return [...source.matchAll(/\.phrase\("([^"]+)"/g)].map(([, phrase]) => phrase!);
  });
  expect(said).toContain('Completions');
  // `close` stands on panels, which the editor has none of.
  expect(Object.keys(catalogue.fr.editorPhrases).sort()).toEqual([...new Set(said)].filter((phrase) => phrase !== 'close').sort());
});
