// The page's side of the worker: questions in order; a worker that trapped is replaced, and the page asks from the start.
import { startScores } from '../engine/start';
import type { FromScores, ToScores } from './protocol';

type Question = ToScores extends infer One ? (One extends { id: number } ? Omit<One, 'id'> : never) : never;

export class ScoresClient {
  private worker = this.start();
  private asked = 0;
  private readonly waiting = new Map<number, { done: (answer: string) => void; failed: (why: Error) => void }>();

  /** Asks; fails with what the WASM says is wrong. */
  ask(question: Question): Promise<string> {
    const id = ++this.asked;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ ...question, id });
    });
  }

  private start(): Worker {
    const worker = startScores();
    worker.onmessage = ({ data }: MessageEvent<FromScores>) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ('answer' in data) return waiting?.done(data.answer);
      if (data.trapped) {
        worker.terminate();
        this.worker = this.start();
      }
      waiting?.failed(new Error(data.error));
    };
    worker.onerror = (event) => {
      for (const { failed } of this.waiting.values()) failed(new Error(event.message ?? ''));
      this.waiting.clear();
    };
    return worker;
  }
}
