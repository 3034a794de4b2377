// Makes this Node process look like one of Electron's: resolves `electron` and `original-fs`, sets process.type and versions.
import { registerHooks } from 'node:module';

export const imitatedVersion = '45.4.1';

export function become(type: 'browser' | 'utility' | 'worker', electronModule: string | undefined): void {
  registerHooks({
    resolve(name, context, next) {
      if (/^electron(\/(main|common|utility))?$/.test(name)) {
        if (!electronModule) throw new Error(`Cannot find module 'electron' in a ${type} thread`);
        return { url: new URL(electronModule, import.meta.url).href, format: 'module-typescript', shortCircuit: true };
      }
      if (/^(node:)?original-fs$/.test(name)) return next('node:fs', context);
      return next(name, context);
    }
  });
  const versions = { ...process.versions, electron: imitatedVersion, chrome: '156.0.0.0' };
  Object.defineProperty(process, 'versions', { value: Object.freeze(versions), configurable: true, enumerable: true });
  if (type !== 'worker') Object.defineProperty(process, 'type', { value: type, configurable: true });
}
