// The worker of the page about scores: holds the WASM with one configuration, and answers questions one at a time.
import init, { Scores } from '../generated-rspamd/rspamd.js';
import wasm from '../generated-rspamd/rspamd_bg.wasm?url';
import type { FromScores, ToScores } from './protocol';

const ready = init({ module_or_path: wasm });
let scores: Scores | undefined;

self.onmessage = ({ data }: MessageEvent<ToScores>): void => {
  void ready.then(
    () => {
      try {
        self.postMessage({ id: data.id, answer: answer(data) } satisfies FromScores);
      } catch (error) {
        // A text is what the WASM says; anything else is a trap, and the instance is lost.
        self.postMessage({ id: data.id, error: String(error), trapped: typeof error !== 'string' } satisfies FromScores);
      }
    },
    (error: unknown) => self.postMessage({ id: data.id, error: String(error), trapped: true } satisfies FromScores),
  );
};

function answer(asked: ToScores): string {
  if (asked.kind === 'configuration') {
    scores?.free();
    scores = undefined;
    scores = new Scores(asked.request);
    return scores.about(asked.lang);
  }
  if (!scores) throw 'no configuration';
  switch (asked.kind) {
    case 'verdict':
      return String(scores.open(asked.bytes));
    case 'explain':
      return scores.explain(asked.request);
    case 'deploy':
      return scores.deploy(asked.request);
  }
}
