import { expect, it } from 'vitest';
import { coreWasmBase64 } from './core.wasm.ts';

it('the committed WebAssembly module equals a fresh build of its source', async () => {
  const script = new URL('../../../../../../scripts/build-wasm.mjs', import.meta.url).href;
  const { buildCore } = (await import(/* @vite-ignore */ script)) as { buildCore: () => Promise<Uint8Array> };
  expect(Buffer.from(await buildCore()).toString('base64')).toBe(coreWasmBase64);
});
