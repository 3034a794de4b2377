import { expect, it } from 'vitest';
import { scryptWasmBase64 } from '../../../kit/scrypt.wasm.ts';
import { coreWasmBase64 } from './core.wasm.ts';

it('the committed WebAssembly modules equal fresh builds of their sources', async () => {
  const script = new URL('../../../../../../scripts/build-wasm.mjs', import.meta.url).href;
  const { buildModule } = (await import(/* @vite-ignore */ script)) as { buildModule: (name: string) => Promise<Uint8Array> };
  expect(Buffer.from(await buildModule('core')).toString('base64')).toBe(coreWasmBase64);
  expect(Buffer.from(await buildModule('scrypt')).toString('base64')).toBe(scryptWasmBase64);
});
