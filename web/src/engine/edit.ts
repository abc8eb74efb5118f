// The editor's WASM module, which the worker loads when the first such question comes.
import init, { complete, hover, signature } from '../generated-edit/tamis.js';
import wasm from '../generated-edit/tamis_bg.wasm?url';
import type { What } from './protocol';

export interface EditModule {
  ask: Record<What, (request: string) => string>;
  memory: WebAssembly.Memory;
}

export async function load(): Promise<EditModule> {
  const { memory } = await init({ module_or_path: wasm });
  return { ask: { complete, hover, signature }, memory };
}
