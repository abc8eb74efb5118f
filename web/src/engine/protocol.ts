// What the page and its worker say to each other.
import type { About, CheckResponse, Language, Request, RunResponse } from './wire';

export type ToWorker = { kind: 'message'; bytes: Uint8Array } | { kind: 'ask'; id: number; request: Request };

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
  | { kind: 'trapped'; id: number; why: string };
