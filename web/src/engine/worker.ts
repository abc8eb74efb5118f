// The worker: holds one WASM instance and one message, and answers questions one at a time.
import init, { Draft, test, tests_file, tokens, version } from '../generated/tamis.js';
import wasm from '../generated/tamis_bg.wasm?url';
import { answer as decode } from './charsets';
import type { EditModule } from './edit';
import type { Answers, Aside, FromWorker, ToWorker, What } from './protocol';
import type { About, Charset, CheckResponse, Failed, Request, RunResponse, TestResponse, TestsFile, WantedCharset, WantedScript } from './wire';

/** How often one question may come back for charsets: a decoded header can lead to the next one, but not for long. */
const ROUNDS = 3;

const say = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

let message: Uint8Array = new Uint8Array();
/** The script that is written: it goes to the module as bytes, since JSON of a long one takes longer than the answer. */
let draft: Draft;
const encoder = new TextEncoder();
let memory: WebAssembly.Memory;

/** The editor's module: asked for once, null if it did not load. */
let editing: Promise<EditModule | null> | undefined;
let editMemory: WebAssembly.Memory | undefined;

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  if (data.kind === 'message') {
    message = data.bytes;
    return;
  }
  if (data.kind === 'edit') {
    void edit(data.id, data.what, data.request);
    return;
  }
  if (data.kind === 'aside') {
    aside(data.id, data.what, data.request);
    return;
  }
  const { id, request } = data;
  try {
    const { script, ...beside } = request;
    const checked = parse<CheckResponse>(draft.check(JSON.stringify(beside), encoder.encode(script)));
    const answer = { check: checked, run: runWithCharsets(beside), tokens: tokens(script) };
    say({ kind: 'answer', id, answer, memory: memory.buffer.byteLength + (editMemory?.buffer.byteLength ?? 0) }, [answer.tokens.buffer]);
  } catch (error) {
    // After a trap the instance's memory is in no known state: the page starts another worker.
    say({ kind: 'trapped', id, why: String(error) });
  }
};

/** Without its module, an editor's question is answered with nothing: one can write without it. */
async function edit(id: number, what: What, request: Request): Promise<void> {
  editing ??= import('./edit').then(({ load }) => load()).catch(() => null);
  const module = await editing;
  let answer: Answers[What] | null = null;
  let broken = false;
  try {
    editMemory = module?.memory;
    answer = module && parse<Answers[What]>(module.ask[what](JSON.stringify(request)));
  } catch {
    broken = true;
  }
  say({ kind: 'edited', id, answer, broken });
}

function aside(id: number, what: Aside, request: Request): void {
  try {
    const answer = what === 'test' ? withCharsets(request, testOnce) : (JSON.parse(tests_file(JSON.stringify(request))) as TestsFile | Failed);
    say({ kind: 'told', id, answer, broken: false });
  } catch {
    say({ kind: 'told', id, answer: null, broken: true });
  }
}

/** What is wrong with the tests is an answer: they may come from a file. */
function testOnce(request: string): TestResponse | (Failed & { wanted: [] }) {
  const answer = JSON.parse(test(request)) as TestResponse | Failed;
  return 'error' in answer ? { ...answer, wanted: [] } : answer;
}

/** Runs the script that was checked last. */
function runWithCharsets(beside: Omit<Request, 'script'>): RunResponse {
  return withCharsets(beside, (text) => parse<RunResponse>(draft.run(text, message)));
}

/** Asks again with the charsets that the answer wants. */
function withCharsets<Response extends { wanted: (WantedCharset | WantedScript)[] }>(request: Omit<Request, 'script'>, ask: (request: string) => Response): Response {
  const charsets: Charset[] = [];
  for (let round = 0; ; round++) {
    const response = ask(JSON.stringify({ ...request, charsets }));
    const wanted = response.wanted.filter((wanted) => wanted.kind === 'charset');
    if (wanted.length === 0 || round === ROUNDS) return response;
    charsets.push(...wanted.map(decode));
  }
}

/** A refused request is a fault of this page, and is treated like one. */
function parse<Response extends object>(text: string): Response {
  const response = JSON.parse(text) as Response | Failed;
  if ('error' in response) throw new Error(response.error);
  return response;
}

init({ module_or_path: wasm }).then(
  (exports) => {
    memory = exports.memory;
    draft = new Draft();
    say({ kind: 'ready', about: { en: parse<About>(version('en')), fr: parse<About>(version('fr')) } });
  },
  (error: unknown) => say({ kind: 'unavailable', why: String(error) }),
);
