// Starting the pages' workers. Their addresses are values that run code, so under Trusted Types they pass through a policy that lets
// nothing through but these three.
import scoresUrl from '../rspamd/worker?worker&url';
import workerUrl from './worker?worker&url';
import type { Port } from './client';

const serviceWorkerUrl = './sw.js';

const policy = window.trustedTypes?.createPolicy('tamis', {
  createScriptURL(url: string) {
    if (url === workerUrl || url === scoresUrl || url === serviceWorkerUrl) return url;
    throw new TypeError(`not a script of this page: ${url}`);
  },
});

const trusted = (url: string): string => (policy?.createScriptURL(url) as unknown as string | undefined) ?? url;

export function startWorker(): Port {
  return new Worker(trusted(workerUrl), { type: 'module' }) as unknown as Port;
}

/** The worker of the page about Rspamd's scores. */
export function startScores(): Worker {
  return new Worker(trusted(scoresUrl), { type: 'module' });
}

/** Keeps the page usable without its server. Not having it (an old browser, plain HTTP) costs only that. */
export function startOffline(): void {
  if (import.meta.env.PROD && 'serviceWorker' in navigator) {
    navigator.serviceWorker.register(trusted(serviceWorkerUrl)).catch(() => undefined);
  }
}
