// The page's side of the worker: the newest question wins, a question that takes too long costs the worker its life, and a
// worker that trapped is replaced. Whatever happens here, the text in the editor stays.
import type { Answer, Answers, Aside, Asides, FromWorker, ToWorker, What } from './protocol';
import type { About, Failed, Language, Request } from './wire';

/** Milliseconds that a question may take. The limits of the core are far below; only a fault gets here. */
const PATIENCE = 2000;

/** Memory (bytes) above which a worker is replaced once it has answered: WebAssembly memory never shrinks. */
const ROOMY = 64 << 20;

/** Why a question got no answer. */
export type Stopped = 'time' | 'trap';

export interface Listener {
  ready(about: Record<Language, About>): void;
  answered(answer: Answer, request: Request): void;
  stopped(why: Stopped): void;
  unavailable(why: string): void;
}

/** The part of Worker that is used here, so that tests can play it. */
export interface Port {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: { data: FromWorker }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}

/** Asks at an offset (UTF-16 units) of a script; null if there is no answer. */
export type Ask = <Kind extends What>(what: Kind, script: string, offset: number) => Promise<Answers[Kind] | null>;

/** A question of an editor, and who waits for its answer. */
interface Asked {
  what: What;
  request: Request;
  answered(answer: Answers[What] | null): void;
}

/** A question beside the text, and who waits for its answer. */
interface Beside {
  what: Aside;
  request: Request;
  answered(answer: Asides[Aside] | Failed | null): void;
}

export class Client {
  private port: Port;
  private ready = false;
  private message: Uint8Array = new Uint8Array();
  private waiting: Request | null = null;
  private asked = 0;
  private current: Request | null = null;
  /** The newest question of each kind that an editor asks, until its turn comes. */
  private readonly edits = new Map<What, Asked>();
  private editing: Asked | null = null;
  private edited = 0;
  /** Questions beside the text, in order: each is asked when nothing of the text waits. */
  private asides: Beside[] = [];
  private aside: Beside | null = null;
  private told = 0;
  /** True once there is nobody to ask. */
  private dead = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly start: () => Port,
    private readonly listener: Listener,
    private readonly patience = PATIENCE,
  ) {
    this.port = this.open();
  }

  /** Chooses the message that later questions are about. */
  setMessage(bytes: Uint8Array): void {
    this.message = bytes;
    if (this.ready) this.port.postMessage({ kind: 'message', bytes });
  }

  /** Asks. A question that was still waiting is dropped: only the newest text matters. */
  ask(request: Request): void {
    this.waiting = request;
    this.next();
  }

  /**
   * Asks what an editor asks at a place; null if there is no answer. One such question is with the worker at a time, beside the other
   * kind; one that still waits gives way to a newer one of its kind. It has no time of its own: a worker that it keeps busy does not
   * answer the next change of the text either.
   */
  edit<Kind extends What>(what: Kind, request: Request): Promise<Answers[Kind] | null> {
    if (this.dead) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.edits.get(what)?.answered(null);
      this.edits.set(what, { what, request, answered: resolve as Asked['answered'] });
      this.nextEdit();
    });
  }

  /** Asks something beside the text; null if there is no answer. Never in the way of typing: the text goes first. */
  beside<Kind extends Aside>(what: Kind, request: Request): Promise<Asides[Kind] | Failed | null> {
    if (this.dead) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.asides.push({ what, request, answered: resolve as Beside['answered'] });
      this.nextAside();
    });
  }

  private open(): Port {
    const port = this.start();
    port.onmessage = ({ data }) => {
      if (port === this.port) this.heard(data);
    };
    // The file did not load, or broke while it started: there is nothing to start again.
    port.onerror = (event) => {
      if (port === this.port) this.die(event.message ?? '');
    };
    return port;
  }

  private heard(data: FromWorker): void {
    switch (data.kind) {
      case 'ready':
        this.ready = true;
        this.port.postMessage({ kind: 'message', bytes: this.message });
        this.listener.ready(data.about);
        this.next();
        this.nextEdit();
        this.nextAside();
        break;
      case 'unavailable':
        this.die(data.why);
        break;
      case 'answer': {
        if (data.id !== this.asked) return;
        const request = this.current;
        this.free();
        // A message is in memory up to three times while it is read.
        if (data.memory > ROOMY + 3 * this.message.length) this.replace();
        if (request) this.listener.answered(data.answer, request);
        this.next();
        this.nextAside();
        break;
      }
      case 'told': {
        if (data.id !== this.told) return;
        const asked = this.aside;
        this.aside = null;
        asked?.answered(data.answer);
        if (data.broken) {
          this.waiting ??= this.current;
          this.free();
          this.replace();
        }
        this.nextAside();
        break;
      }
      case 'edited': {
        if (data.id !== this.edited) return;
        const asked = this.editing;
        this.editing = null;
        asked?.answered(data.answer);
        // The text is asked about again if it was with the worker that is thrown away.
        if (data.broken) {
          this.waiting ??= this.current;
          this.free();
          this.replace();
        }
        this.nextEdit();
        break;
      }
      case 'trapped':
        this.giveUp('trap');
        break;
    }
  }

  private next(): void {
    if (!this.ready || this.current || !this.waiting) return;
    const request = this.waiting;
    this.waiting = null;
    this.current = request;
    this.asked += 1;
    this.timer = setTimeout(() => this.giveUp('time'), this.patience);
    this.port.postMessage({ kind: 'ask', id: this.asked, request });
  }

  private nextEdit(): void {
    const [next] = this.edits.values();
    if (!this.ready || this.editing || !next) return;
    this.edits.delete(next.what);
    this.editing = next;
    this.edited += 1;
    this.port.postMessage({ kind: 'edit', id: this.edited, what: next.what, request: next.request });
  }

  private nextAside(): void {
    if (!this.ready || this.current || this.waiting || this.aside) return;
    const next = this.asides.shift();
    if (!next) return;
    this.aside = next;
    this.told += 1;
    this.port.postMessage({ kind: 'aside', id: this.told, what: next.what, request: next.request });
  }

  private giveUp(why: Stopped): void {
    this.free();
    this.replace();
    this.listener.stopped(why);
  }

  private die(why: string): void {
    this.dead = true;
    [this.editing, ...this.edits.values()].forEach((asked) => asked?.answered(null));
    this.editing = null;
    this.edits.clear();
    [this.aside, ...this.asides].forEach((asked) => asked?.answered(null));
    this.aside = null;
    this.asides = [];
    this.listener.unavailable(why);
  }

  private free(): void {
    clearTimeout(this.timer);
    this.current = null;
  }

  private replace(): void {
    this.port.terminate();
    this.ready = false;
    this.editing?.answered(null);
    this.editing = null;
    this.aside?.answered(null);
    this.aside = null;
    this.port = this.open();
  }
}
