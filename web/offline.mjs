// Writes sw.js: the service worker that keeps the page usable when its server is gone. It is made here because only the
// bundler knows the names of the built files.
import { createHash } from 'node:crypto';

/** @returns {import('vite').Plugin} */
export function offline() {
  return {
    name: 'tamis-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = ['./', './favicon.svg', ...Object.keys(bundle).filter((name) => name !== 'index.html').map((name) => `./${name}`)].sort();
      const version = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12);
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: serviceWorker(files, version) });
    },
  };
}

// The network first, so that a rebuilt page is seen at once; the cache when there is no network.
const serviceWorker = (files, version) => `const CACHE = 'tamis-${version}';
const FILES = ${JSON.stringify(files)};
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('tamis-') && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || new URL(event.request.url).origin !== self.location.origin) return;
  event.respondWith(fetch(event.request).catch(async () => (await caches.match(event.request, { ignoreSearch: true })) ?? Response.error()));
});
`;
