// What the pieces of the stand-in share inside one app process. (In Electron this is the browser process itself.)
import type { EventEmitter } from 'node:events';
import type { Browser } from './chromium.ts';

export interface HostApp extends EventEmitter {
  isReady(): boolean;
  getName(): string;
  quit(): void;
  windowClosed(left: number): void;
}

export const host = {
  browser: undefined as Browser | undefined,
  app: undefined as HostApp | undefined,
  processInfo: {} as object,
  filePaths: {} as Record<string, string>,
  blockedRequests: [] as string[],
  network: 'none' as 'none' | 'allow',
  dark: undefined as boolean | undefined
};

export function runningBrowser(): Browser {
  if (!host.browser) throw new Error('stand-in: no browser yet');
  return host.browser;
}

export function runningApp(): HostApp {
  if (!host.app) throw new Error('stand-in: no app yet');
  return host.app;
}

/** An Electron event that a listener may stop. */
export function cancellable<T extends object>(extra: T): T & { defaultPrevented: boolean; preventDefault(): void } {
  return Object.assign(
    {
      defaultPrevented: false,
      preventDefault(this: { defaultPrevented: boolean }) {
        this.defaultPrevented = true;
      }
    },
    extra
  );
}
