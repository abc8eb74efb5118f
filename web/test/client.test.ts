import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Client, type Listener, type Port } from '../src/engine/client';
import type { Answer, Answers, FromWorker, ToWorker, What } from '../src/engine/protocol';
import type { Request } from '../src/engine/wire';

/** A worker that a test plays by hand. */
class FakePort implements Port {
  static all: FakePort[] = [];
  sent: ToWorker[] = [];
  ended = false;
  onmessage: Port['onmessage'] = null;
  onerror: Port['onerror'] = null;
  constructor() {
    FakePort.all.push(this);
  }
  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  say(data: FromWorker): void {
    this.onmessage?.({ data });
  }
  ready(): void {
    this.say({ kind: 'ready', about: { en: { version: '1', servers: [] }, fr: { version: '1', servers: [] } } });
  }
  /** The scripts that were asked about. */
  get asked(): string[] {
    return this.sent.flatMap((message) => (message.kind === 'ask' ? [message.request.script] : []));
  }
  /** The places that an editor asked about. */
  get edited(): string[] {
    return this.sent.flatMap((message) => (message.kind === 'edit' ? [`${message.what} ${message.request.script}`] : []));
  }
  /** Answers the newest of them. */
  reply(answer: Answers[What] | null, broken = false): void {
    const id = Math.max(...this.sent.map((message) => (message.kind === 'edit' ? message.id : 0)));
    this.say({ kind: 'edited', id, answer, broken });
  }
  answer(memory = 0): void {
    const id = Math.max(...this.sent.map((message) => (message.kind === 'ask' ? message.id : 0)));
    this.say({ kind: 'answer', id, answer: {} as Answer, memory });
  }
}

const about = (script: string): Request => ({ script }) as Request;
const listener = { ready: vi.fn(), answered: vi.fn(), stopped: vi.fn(), unavailable: vi.fn() } satisfies Listener;
const newest = (): FakePort => FakePort.all.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  FakePort.all = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

test('a question waits until the worker is ready, and only the newest one is asked', () => {
  const client = new Client(() => new FakePort(), listener);
  client.ask(about('a'));
  client.ask(about('b'));
  expect(newest().asked).toEqual([]);
  newest().ready();
  client.ask(about('c'));
  client.ask(about('d'));
  expect(newest().asked).toEqual(['b']);
  newest().answer();
  expect(newest().asked).toEqual(['b', 'd']);
  expect(listener.answered).toHaveBeenCalledTimes(1);
});

test('a worker that does not answer is ended after two seconds; the next one gets the message and the newest question, not the old one', () => {
  const client = new Client(() => new FakePort(), listener);
  const bytes = new Uint8Array([1, 2]);
  client.setMessage(bytes);
  const first = newest();
  first.ready();
  client.ask(about('endless'));
  vi.advanceTimersByTime(1999);
  expect(first.ended).toBe(false);
  client.ask(about('better'));
  vi.advanceTimersByTime(1);
  expect(first.ended).toBe(true);
  expect(listener.stopped).toHaveBeenCalledExactlyOnceWith('time');
  newest().ready();
  expect(newest().sent[0]).toEqual({ kind: 'message', bytes });
  expect(newest().asked).toEqual(['better']);
});

test('a trap costs the worker its life, and what the dead one still says is not heard', () => {
  const client = new Client(() => new FakePort(), listener);
  const first = newest();
  first.ready();
  client.ask(about('a'));
  first.say({ kind: 'trapped', id: 1, why: 'unreachable' });
  expect(first.ended).toBe(true);
  expect(listener.stopped).toHaveBeenCalledExactlyOnceWith('trap');
  first.answer();
  expect(listener.answered).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000);
  expect(listener.stopped).toHaveBeenCalledTimes(1);
});

test('a worker whose memory grew beyond its message is replaced after its answer', () => {
  const client = new Client(() => new FakePort(), listener);
  newest().ready();
  client.ask(about('a'));
  newest().answer(65 << 20);
  expect(FakePort.all.map((port) => port.ended)).toEqual([true, false]);
  expect(listener.answered).toHaveBeenCalledTimes(1);
  expect(listener.stopped).not.toHaveBeenCalled();
});

const nothing: Answers['hover'] = { version: 1, hover: null };

test('what an editor asks goes beside the other questions, one at a time, and the newest of a kind wins', async () => {
  const client = new Client(() => new FakePort(), listener);
  const early = client.edit('hover', about('early'));
  newest().ready();
  client.ask(about('text'));
  expect(newest().asked).toEqual(['text']);
  expect(newest().edited).toEqual(['hover early']);
  const old = client.edit('hover', about('old'));
  const signature = client.edit('signature', about('s'));
  const young = client.edit('hover', about('young'));
  expect(await old).toBeNull();
  newest().reply(nothing);
  expect(await early).toEqual(nothing);
  newest().reply(nothing);
  newest().reply(null);
  expect(newest().edited).toEqual(['hover early', 'hover young', 'signature s']);
  expect([await signature, await young]).toEqual([null, nothing]);
  newest().answer();
  expect(listener.answered).toHaveBeenCalledTimes(1);
});

test('a module that does not load leaves the worker alone; one that breaks costs it its life, silently, and the text is asked about again', async () => {
  const client = new Client(() => new FakePort(), listener);
  const first = newest();
  first.ready();
  const missing = client.edit('complete', about('a'));
  first.reply(null);
  expect(await missing).toBeNull();
  expect(first.ended).toBe(false);
  client.ask(about('text'));
  const broken = client.edit('complete', about('b'));
  const next = client.edit('hover', about('c'));
  first.reply(null, true);
  expect(await broken).toBeNull();
  expect(first.ended).toBe(true);
  newest().ready();
  expect(newest().asked).toEqual(['text']);
  expect(newest().edited).toEqual(['hover c']);
  newest().reply(nothing);
  expect(await next).toEqual(nothing);
  expect(listener.stopped).not.toHaveBeenCalled();
});

test('who waits when a worker is ended gets no answer, rather than none ever', async () => {
  const client = new Client(() => new FakePort(), listener);
  newest().ready();
  const lost = client.edit('complete', about('a'));
  const kept = client.edit('hover', about('b'));
  client.ask(about('endless'));
  vi.advanceTimersByTime(2000);
  expect(await lost).toBeNull();
  newest().ready();
  expect(newest().edited).toEqual(['hover b']);
  newest().reply(nothing);
  expect(await kept).toEqual(nothing);
});

test('where there is no worker, nobody waits for one', async () => {
  const client = new Client(() => new FakePort(), listener);
  const early = client.edit('hover', about('a'));
  newest().say({ kind: 'unavailable', why: 'no WebAssembly' });
  expect([await early, await client.edit('hover', about('b'))]).toEqual([null, null]);
  expect(listener.unavailable).toHaveBeenCalledExactlyOnceWith('no WebAssembly');
});

test('saved tests wait for the text, go one at a time, and end with the worker that they break', async () => {
  const client = new Client(() => new FakePort(), listener);
  const first = newest();
  const asides = (port: FakePort): string[] => port.sent.flatMap((message) => (message.kind === 'aside' ? [`${message.what} ${message.request.script}`] : []));
  const answer = { version: 1, tests: [], wanted: [] } as const;
  const one = client.beside('test', about('one'));
  first.ready();
  expect(asides(first)).toEqual(['test one']);
  client.ask(about('text'));
  const two = client.beside('test', about('two'));
  const file = client.beside('file', about('three'));
  first.say({ kind: 'told', id: 1, answer: { ...answer, tests: [], wanted: [] }, broken: false });
  expect(await one).toEqual(answer);
  // The text has not been answered yet.
  expect(asides(first)).toEqual(['test one']);
  first.answer();
  expect(asides(first)).toEqual(['test one', 'test two']);
  first.say({ kind: 'told', id: 2, answer: null, broken: true });
  expect(await two).toBeNull();
  expect(first.ended).toBe(true);
  newest().ready();
  expect(asides(newest())).toEqual(['file three']);
  newest().say({ kind: 'unavailable', why: 'gone' });
  expect([await file, await client.beside('test', about('four'))]).toEqual([null, null]);
});
