// What elements tell the ones around them.

/** A stretch of the script (UTF-16 units). */
export interface Span {
  start: number;
  end: number;
}

/** What is done with saved tests; `at` is the place of one in the list. */
export type TestAct =
  | { kind: 'save' | 'rerun' | 'export' }
  | { kind: 'open' | 'delete' | 'accept'; at: number }
  | { kind: 'rename'; at: number; name: string }
  | { kind: 'import'; files: File[] };

interface Events {
  /** The script was edited. */
  'tamis-script': string;
  /** Another server, sender, time… */
  'tamis-context': object;
  /** Another message. */
  'tamis-message': { bytes: Uint8Array };
  /** Show where in the script something is; null stops showing. */
  'tamis-point': Span | null;
  /** Move the cursor there. */
  'tamis-go': Span;
  /** Something about the saved tests. */
  'tamis-test': TestAct;
  /** Change the script. */
  'tamis-edit': { start: number; end: number; text: string }[];
}

export function tell<Name extends keyof Events>(from: EventTarget, name: Name, detail: Events[Name]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

export type Told<Name extends keyof Events> = CustomEvent<Events[Name]>;
