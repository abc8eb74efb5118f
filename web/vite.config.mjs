import { defineConfig } from 'vite';
import { offline } from './offline.mjs';

export default defineConfig({
  // Relative addresses: the built page works below any path of any server.
  base: './',
  plugins: [offline()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // The polyfill is a script for browsers that could not run the page anyway.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { index: 'index.html', rspamd: 'rspamd.html' } },
  },
});
