// Files of saved tests as the command line writes them (docs/tests.md). Loaded when the first such file is opened.
import { parse, TomlDate } from 'smol-toml';
import type { SavedStep, SavedTest } from './engine/wire';
import { type Imported, saved } from './tests';

type Table = Record<string, unknown>;

/** What all tests of a file share, unless they say otherwise. */
const SHARED = ['settings', 'before', 'after', 'include', 'chain', 'hostname', 'account', 'from', 'to', 'user', 'now'];

/**
 * Reads a file. `beside` are the files that were opened with it: a message or account that the tests name by a path is looked for there by
 * its last part. What does not make sense in a test is said when it is run; an error here says that the file is none.
 */
export function readTests(text: string, beside: ReadonlyMap<string, Uint8Array>): Imported {
  const file = plain(parse(text)) as Table;
  const { script, server } = file;
  const shared = Object.fromEntries(SHARED.filter((key) => key in file).map((key) => [key, file[key]]));
  const list = Array.isArray(file['test']) ? (file['test'] as Table[]) : [];
  const tests = list.map((test) => {
    const own = { ...shared, ...test, settings: { ...settings(file['settings']), ...settings(test['settings']) } } as Table;
    if (!Object.keys(own['settings'] as Table).length) delete own['settings'];
    if (typeof own['score'] === 'number') own['score'] = String(own['score']);
    if (typeof own['account'] === 'string') own['account'] = account(own['account'], beside) ?? own['account'];
    const placed = { name: '', ...own, ...message(own, beside) } as SavedTest & Table;
    if (Array.isArray(own['step'])) placed.step = (own['step'] as Table[]).map((step) => ({ ...step, ...(typeof step['score'] === 'number' && { score: String(step['score']) }), ...message(step, beside) }) as SavedStep);
    const ownScript = typeof placed.script === 'string' ? textOf(placed.script, beside) ?? placed.script : undefined;
    if (ownScript !== undefined) placed.script = ownScript;
    return placed as SavedTest;
  });
  return { tests, script: typeof script === 'string' ? textOf(script, beside) : null, server: typeof server === 'string' ? server : null };
}

/** Dates become text, whatever they stand in. */
function plain(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value;
}

function settings(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([key, value]) => [key, value === true ? 'yes' : value === false ? 'no' : String(value)]));
}

function found(path: string, beside: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined {
  return beside.get(path.split('/').at(-1) ?? path);
}

/** A script's text: what stands there, or in the file of that name. */
function textOf(script: string, beside: ReadonlyMap<string, Uint8Array>): string | null {
  if (script.includes('\n')) return script;
  const bytes = found(script, beside);
  return bytes ? new TextDecoder().decode(bytes) : null;
}

function account(path: string, beside: ReadonlyMap<string, Uint8Array>): unknown {
  const bytes = found(path, beside);
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as unknown);
}

/** A message by its path is put in, if its file is there. */
function message(table: Table, beside: ReadonlyMap<string, Uint8Array>): Table {
  const path = table['message'];
  const bytes = typeof path === 'string' && !path.includes('\n') ? found(path, beside) : undefined;
  if (!bytes) return {};
  return { message: undefined, ...saved(bytes) };
}
