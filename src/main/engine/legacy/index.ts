// What was there before Varve: the public face.
export { createLegacy, type LegacyDeps } from './service.ts';
