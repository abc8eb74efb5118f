// Saved tests as the page holds them: messages with what was right for them. The comparison is the WASM's; here is only where they come
// from and where they are kept.
import type { Context } from './context';
import type { Expected, SavedStep, SavedTest } from './engine/wire';

/** What is kept in this browser: without its script a test says little. */
export interface Kept {
  tests: SavedTest[];
  script: string;
  server: string;
}

/** What a file of tests holds. */
export interface Imported {
  tests: SavedTest[];
  /** The script that the file tests, if its text stands there. */
  script: string | null;
  server: string | null;
}

const KEY = 'tamis-tests';

/** What was kept; nothing if there is nothing, or if the browser keeps nothing. */
export function kept(): Kept | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return isKept(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps them; false if the browser does not: it may be told not to, or be full. */
export function keep(value: Kept): boolean {
  try {
    if (value.tests.length) localStorage.setItem(KEY, JSON.stringify(value));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return typeof kept?.script === 'string' && typeof kept.server === 'string' && Array.isArray(kept.tests) && kept.tests.every((test) => typeof test?.name === 'string');
}

/** A test of the message in its context. Text is kept as text, so that it can be read in a file; one without a line end would be a path there. */
export function savedTest(name: string, bytes: Uint8Array, request: { from?: string | null; to?: string | null; now?: string | null; account?: SavedTest['account'] }): SavedTest {
  const { from, to, now, account } = request;
  const known = Boolean(account?.addresses?.length || account?.mailboxes);
  return {
    name,
    ...saved(bytes),
    ...(from && { from }),
    ...(to && { to }),
    ...(now && { now }),
    ...(known && account && { account }),
  };
}

/** A message as a test keeps it. */
export function saved(bytes: Uint8Array): Pick<SavedTest, 'message' | 'message_base64'> {
  try {
    const message = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (message.includes('\n')) return { message };
  } catch {
    // Not text.
  }
  return { message_base64: base64(bytes) };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** The bytes of a test's first message; null if it is a file that is not here. */
export function messageOf(test: SavedTest): Uint8Array | null {
  const step: SavedStep = test.step?.[0] ?? test;
  const encoded = step.message_base64 ?? test.message_base64;
  const text = step.message ?? test.message;
  if (encoded) return Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  return text?.includes('\n') ? new TextEncoder().encode(text) : null;
}

/** What a test says of the surroundings of its first message, as the fields of the page take it. */
export function contextOf(test: SavedTest): Partial<Context> {
  const step: SavedStep = test.step?.[0] ?? test;
  const now = new Date(step.now ?? test.now ?? '');
  return {
    from: step.from ?? test.from ?? '',
    to: step.to ?? test.to ?? '',
    addresses: (test.account?.addresses ?? []).join('\n'),
    mailboxes: (test.account?.mailboxes ?? []).join('\n'),
    ...(!Number.isNaN(now.getTime()) && { now }),
  };
}

/** The test with what happened as what is expected from now on, message by message. */
export function accepted(test: SavedTest, snapshots: readonly Expected[]): SavedTest {
  if (test.step?.length) return { ...test, step: test.step.map((step, at) => ({ ...step, expect: snapshots[at] ?? step.expect ?? {} })) };
  return { ...test, expect: snapshots[0] ?? {} };
}

/** A name that no test has yet. */
export function unusedName(name: string, tests: readonly SavedTest[]): string {
  const taken = new Set(tests.map((test) => test.name));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  return free;
}
