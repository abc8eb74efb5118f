// The worker: holds one WASM instance and one message, and answers questions one at a time.
import init, { check, run, tokens, version } from '../generated/tamis.js';
import wasm from '../generated/tamis_bg.wasm?url';
import { answer as decode } from './charsets';
import type { FromWorker, ToWorker } from './protocol';
import type { About, Charset, CheckResponse, Failed, Request, RunResponse } from './wire';

/** How often one question may come back for charsets: a decoded header can lead to the next one, but not for long. */
const ROUNDS = 3;

const say = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

let message: Uint8Array = new Uint8Array();
let memory: WebAssembly.Memory;

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  if (data.kind === 'message') {
    message = data.bytes;
    return;
  }
  const { id, request } = data;
  try {
    const text = JSON.stringify(request);
    const answer = { check: parse<CheckResponse>(check(text)), run: runWithCharsets(request), tokens: tokens(request.script) };
    say({ kind: 'answer', id, answer, memory: memory.buffer.byteLength }, [answer.tokens.buffer]);
  } catch (error) {
    // After a trap the instance's memory is in no known state: the page starts another worker.
    say({ kind: 'trapped', id, why: String(error) });
  }
};

function runWithCharsets(request: Request): RunResponse {
  const charsets: Charset[] = [];
  for (let round = 0; ; round++) {
    const response = parse<RunResponse>(run(JSON.stringify({ ...request, charsets }), message));
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
    say({ kind: 'ready', about: { en: parse<About>(version('en')), fr: parse<About>(version('fr')) } });
  },
  (error: unknown) => say({ kind: 'unavailable', why: String(error) }),
);
