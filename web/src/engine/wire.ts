// The JSON that the WASM takes and gives: the shapes of `tamis check` and `tamis run --format json`. Offsets are UTF-16 units.

export type Language = 'en' | 'fr';

export interface Place {
  line: number;
  column: number;
  offset: number;
}

export interface Edit {
  start: number;
  end: number;
  text: string;
}

export interface Fix {
  title: string;
  applicability: 'safe' | 'unsafe' | 'display';
  edits: Edit[];
}

export interface Diagnostic {
  code: string;
  severity: 'error' | 'warning' | 'hint';
  message: string;
  start: Place;
  end: Place;
  labels: { message: string; start: Place; end: Place }[];
  fixes: Fix[];
}

export type Verdict = 'accepted' | 'refused' | 'declined';

export interface CheckResponse {
  version: 1;
  files: { file: string; server: string; verdict: Verdict; diagnostics: Diagnostic[] }[];
}

/** A step of the run, in the order in which it happened; `text` is a sentence in the language asked for. */
export interface TraceStep {
  depth: number;
  kind: string;
  text: string;
  result: boolean | null;
  start: Place;
  end: Place;
}

export interface Stored {
  mailbox: string;
  flags: string[];
}

export interface Sent {
  kind: string;
  from: string | null;
  to: string[];
  message: string | null;
  suppressed: string | null;
}

/** A conversion that the core leaves to the page: bytes in a charset that it has no table for. */
export interface WantedCharset {
  kind: string;
  charset: string;
  bytes: string;
}

export interface RunResponse {
  version: 1;
  outcome: 'ok' | 'failed' | 'refused' | 'declined';
  sentence: string;
  failure: string | null;
  diagnostics: Diagnostic[];
  stored: Stored[];
  sent: Sent[];
  trace: TraceStep[] | null;
  wanted?: WantedCharset[];
}

export interface Charset {
  charset: string;
  bytes: string;
  text: string | null;
}

/** What is asked, of check and of run alike; the message's bytes travel beside it. */
export interface Request {
  version: 1;
  script: string;
  server: string;
  set: Record<string, string>;
  lang: Language;
  positions: 'utf16';
  from?: string;
  to?: string;
  now?: string;
  account: { addresses: string[]; mailboxes: string[] | null };
  trace: boolean;
  charsets: Charset[];
}

export interface Server {
  name: string;
  title: string;
}

export interface About {
  version: string;
  servers: Server[];
}
