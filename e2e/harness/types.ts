// The desktop program as a person and their desktop meet it; the same for real Electron and for the stand-in.
import { join } from 'node:path';
import type { Page } from 'playwright-core';

export interface TrayItem {
  id: string | undefined;
  label: string;
  enabled: boolean;
  submenu: TrayItem[] | undefined;
}

export interface DialogSeen {
  kind: 'open' | 'save' | 'message';
  options: { title?: string; message?: string; detail?: string; buttons?: string[]; defaultPath?: string; properties?: string[] };
}

/** The program as a person and their desktop meet it. */
export interface Desktop {
  kind: 'electron' | 'stand-in';
  /** The console's page; waits for it. */
  page(): Promise<Page>;
  windows(): Promise<{ visible: boolean; focused: boolean; url: string }[]>;
  /** The close button. */
  closeWindow(): Promise<void>;
  tray: {
    items(): Promise<TrayItem[]>;
    /** Items by id or label, from the top. */
    choose(...path: string[]): Promise<void>;
    click(): Promise<void>;
  };
  applicationMenu: { items(): Promise<TrayItem[]>; choose(...path: string[]): Promise<void> };
  dialogs: {
    seen(): Promise<DialogSeen[]>;
    /** Answers the dialog that is open, or the next one, with what Electron's call resolves to. */
    answerNext(value: object): Promise<void>;
  };
  notices: { seen(): Promise<{ title: string; body: string }[]>; click(index: number): Promise<void> };
  /** The file that the page hands over to be saved while `work` runs; the system's own question for a place is answered. */
  saved(work: () => Promise<void>): Promise<string>;
  power(event: 'suspend' | 'resume'): Promise<void>;
  /** Runs a function in the main process; it must stand alone. */
  evaluate<R>(body: (electron: typeof import('electron'), arg: never) => R | Promise<R>, arg?: unknown): Promise<R>;
  /** Starts the program a second time with the same profile; resolves with its exit code. */
  startAgain(...args: string[]): Promise<number | string | null>;
  /** Asks the program to quit, as the menu does; resolves with the exit code. */
  quit(): Promise<number | string | null>;
  exited: Promise<number | string | null>;
  /** Ends it whatever state it is in. */
  kill(): Promise<void>;
  output(): string;
}

export interface DesktopOptions {
  /** Folder with `out/main/index.js` and `resources`. Default: this checkout. */
  appFolder?: string;
  /** VARVE_HOME. */
  home: string;
  /** Electron's profile. */
  profile: string;
  args?: string[];
  env?: Record<string, string>;
  language?: 'en-US' | 'pt-BR';
}

/** Environment of a person who has nothing but this home: no session bus, no configuration of the machine's user. */
export function personsEnvironment(options: DesktopOptions): Record<string, string> {
  const own = { HOME: options.profile, XDG_CONFIG_HOME: join(options.profile, 'config'), XDG_DATA_HOME: join(options.profile, 'data'), XDG_CACHE_HOME: join(options.profile, 'cache'), VARVE_HOME: options.home };
  const inherited = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'NODE_OPTIONS', 'VARVE_TOKEN']) delete inherited[name];
  return { ...inherited, ...own, ...options.env };
}
