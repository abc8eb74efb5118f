// What the page about scores and its worker say to each other, and the JSON inside.
export type ToScores =
  | { id: number; kind: 'configuration'; request: string; lang: string }
  | { id: number; kind: 'verdict'; bytes: Uint8Array }
  | { id: number; kind: 'explain' | 'deploy'; request: string };

export type FromScores = { id: number; answer: string } | { id: number; error: string; trapped: boolean };

/** What a configuration has. */
export interface AboutScores {
  refused: boolean;
  symbols: number;
  findings: { code: string; severity: 'error' | 'warning' | 'hint'; message: string; file: string; line: number }[];
}

/** Where a score was written. */
export interface ScorePlace {
  file: string;
  line: number;
  column: number;
  layer: 'shipped' | 'dynamic' | 'local' | 'override';
}

/** A line of the account. */
export interface ScoreLine {
  kind: 'symbol' | 'hidden' | 'rest' | 'raised' | 'limit' | 'rounding';
  symbol: string;
  /** What it adds, in decimal digits. */
  points: string;
  score: number | null;
  multiplier: number;
  found: number;
  notes: string[];
  options: string[];
  description: string | null;
  place: ScorePlace | null;
}

/** The account of a verdict. */
export interface Account {
  title: string;
  score: number;
  required_score: number | null;
  action: string;
  forced: string | null;
  lines: ScoreLine[];
  groups: { name: string; score: number; max_score: number | null; min_score: number | null }[];
  thresholds: { action: string; from: number; missing: number; place: ScorePlace | null }[];
  disabled: string[];
  record: { form: string; score: number | null; action: string | null; exact: boolean; doubts: { kind: string; message: string; always: boolean }[] } | null;
}

/** The change as text to deploy. */
export interface Deployment {
  files: { path: string; new: boolean; text: string }[];
  without_effect: string[];
}
