// What the page and its worker say to each other.
import type { About, CheckResponse, CompleteResponse, Failed, HoverResponse, Language, Request, RunResponse, SignatureResponse, TestResponse, TestsFile } from './wire';

export type ToWorker =
  | { kind: 'message'; bytes: Uint8Array }
  | { kind: 'ask'; id: number; request: Request }
  | { kind: 'edit'; id: number; what: What; request: Request }
  | { kind: 'aside'; id: number; what: Aside; request: Request };

/** What an editor asks at a place, and how that is answered. */
export interface Answers {
  complete: CompleteResponse;
  hover: HoverResponse;
  signature: SignatureResponse;
}

export type What = keyof Answers;

/** What is asked beside the text being typed, and how that is answered: saved tests are run, and written to a file. */
export interface Asides {
  test: TestResponse;
  file: TestsFile;
}

export type Aside = keyof Asides;

export interface Answer {
  check: CheckResponse;
  run: RunResponse;
  /** Start, end and class of each token, three numbers each. */
  tokens: Uint32Array;
}

export type FromWorker =
  | { kind: 'ready'; about: Record<Language, About> }
  | { kind: 'unavailable'; why: string }
  | { kind: 'answer'; id: number; answer: Answer; memory: number }
  // Null: the module that answers did not load, or broke (then the worker says so with `broken`).
  | { kind: 'edited'; id: number; answer: Answers[What] | null; broken: boolean }
  // Null: it broke; then the worker says so with `broken`. An error: what was asked makes no sense.
  | { kind: 'told'; id: number; answer: Asides[Aside] | Failed | null; broken: boolean }
  | { kind: 'trapped'; id: number; why: string };
