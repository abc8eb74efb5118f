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
  /** The included script that it is in; absent for the script itself. */
  script?: string;
}

export interface Stored {
  mailbox: string;
  flags: string[];
  /** True if the mailbox is created by this. */
  created?: boolean;
}

export interface Sent {
  kind: string;
  from: string;
  to: string[];
  message: string;
  /** Why the server does not send it after all. */
  suppressed: { code: string; message: string } | null;
}

/** What the core does not know, and took as given. */
export interface Assumed {
  question: string;
  about: string;
  answer: boolean;
  message: string;
}

/** A conversion that the core leaves to the page: bytes (base64) in a charset that it has no table for. */
export interface WantedCharset {
  kind: 'charset';
  charset: string;
  bytes: string;
}

/** A script that is included; this page has none to give. */
export interface WantedScript {
  kind: 'script';
  store: 'personal' | 'global';
  name: string;
}

export interface RunResponse {
  version: 1;
  outcome: 'ok' | 'failed' | 'refused' | 'declined';
  sentence: string;
  failure: Diagnostic | null;
  /** What the compiler found, and then what was noticed during the run. */
  diagnostics: Diagnostic[];
  stored: Stored[];
  sent: Sent[];
  assumed: Assumed[];
  trace: TraceStep[] | null;
  wanted: (WantedCharset | WantedScript)[];
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

/** The answer to a request that makes no sense, such as a server that does not exist. */
export interface Failed {
  version: 1;
  error: string;
}

export interface Server {
  name: string;
  title: string;
}

export interface About {
  version: string;
  servers: Server[];
}
