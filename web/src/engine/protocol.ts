// What the page and its worker say to each other.
import type { About, CheckResponse, CompleteResponse, HoverResponse, Language, Request, RunResponse, SignatureResponse } from './wire';

export type ToWorker =
  | { kind: 'message'; bytes: Uint8Array }
  | { kind: 'ask'; id: number; request: Request }
  | { kind: 'edit'; id: number; what: What; request: Request };

/** What an editor asks at a place, and how that is answered. */
export interface Answers {
  complete: CompleteResponse;
  hover: HoverResponse;
  signature: SignatureResponse;
}

export type What = keyof Answers;

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
  | { kind: 'trapped'; id: number; why: string };
