// What Electron draws outside the page: tray, notices, dialogs, the shell, the machine's power and theme. Nothing is drawn; everything is
// remembered, and a test plays the person.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { BrowserWindow } from './browser-window.ts';
import { host } from './host.ts';
import type { Menu } from './menu.ts';

type DialogKind = 'open' | 'save' | 'message' | 'error';

export const record = {
  trays: new Set<Tray>(),
  notifications: [] as Notification[],
  opened: [] as { kind: string; target: string }[],
  dialogs: [] as { kind: DialogKind; options: object }[],
  answers: [] as unknown[],
  waiting: [] as { resolve(answer: unknown): void }[]
};

export class Tray extends EventEmitter {
  image: NativeImage;
  toolTip = '';
  title = '';
  menu: Menu | null = null;
  constructor(image: NativeImage | string) {
    super();
    this.image = typeof image === 'string' ? nativeImage.createFromPath(image) : image;
    record.trays.add(this);
  }
  setImage(image: NativeImage): void {
    this.image = image;
  }
  setToolTip(text: string): void {
    this.toolTip = text;
  }
  setTitle(text: string): void {
    this.title = text;
  }
  setContextMenu(menu: Menu | null): void {
    this.menu = menu;
  }
  popUpContextMenu(): void {}
  getBounds(): object {
    return { x: 0, y: 0, width: 0, height: 0 };
  }
  destroy(): void {
    record.trays.delete(this);
  }
  isDestroyed(): boolean {
    return !record.trays.has(this);
  }
}

export class Notification extends EventEmitter {
  title = '';
  body = '';
  static isSupported(): boolean {
    return true;
  }
  constructor(options: object = {}) {
    super();
    Object.assign(this, options);
  }
  show(): void {
    if (!record.notifications.includes(this)) record.notifications.push(this);
    setImmediate(() => this.emit('show', {}));
  }
  close(): void {
    const at = record.notifications.indexOf(this);
    if (at >= 0) record.notifications.splice(at, 1);
    setImmediate(() => this.emit('close', {}));
  }
}

function noteDialog(kind: DialogKind, args: unknown[]): void {
  const options = args.find((arg) => typeof arg === 'object' && arg !== null && !(arg instanceof BrowserWindow)) ?? {};
  record.dialogs.push({ kind, options: options as object });
}

/** A dialog stays open until the test answers, as it would stay open before a person. */
function ask(kind: DialogKind, args: unknown[]): Promise<unknown> {
  noteDialog(kind, args);
  if (record.answers.length) return Promise.resolve(record.answers.shift());
  return new Promise((resolve) => record.waiting.push({ resolve }));
}

function askNow(kind: DialogKind, args: unknown[]): unknown {
  noteDialog(kind, args);
  if (!record.answers.length) throw new Error(`stand-in: this ${kind} dialog blocks; script its answer beforehand`);
  return record.answers.shift();
}

export function answerDialog(value: unknown): void {
  const open = record.waiting.shift();
  if (open) open.resolve(value);
  else record.answers.push(value);
}

export const dialog = {
  showOpenDialog: (...args: unknown[]) => ask('open', args),
  showSaveDialog: (...args: unknown[]) => ask('save', args),
  showMessageBox: (...args: unknown[]) => ask('message', args),
  showOpenDialogSync: (...args: unknown[]) => askNow('open', args),
  showSaveDialogSync: (...args: unknown[]) => askNow('save', args),
  showMessageBoxSync: (...args: unknown[]) => askNow('message', args),
  showErrorBox: (title: string, content: string) => void record.dialogs.push({ kind: 'error', options: { title, content } })
};

export const shell = {
  openExternal: async (url: string) => void record.opened.push({ kind: 'external', target: url }),
  openPath: async (path: string) => {
    record.opened.push({ kind: 'path', target: path });
    return '';
  },
  showItemInFolder: (path: string) => void record.opened.push({ kind: 'folder', target: path }),
  trashItem: async (path: string) => void record.opened.push({ kind: 'trash', target: path }),
  beep() {}
};

export const powerMonitor = Object.assign(new EventEmitter(), { getSystemIdleState: () => 'active', getSystemIdleTime: () => 0, getCurrentThermalState: () => 'unknown', isOnBatteryPower: () => false, onBatteryPower: false });

/** Who keeps the computer from falling asleep, by id. */
class PowerSaveBlocker {
  #held = new Map<number, string>();
  #next = 0;
  start(type: string): number {
    if (type !== 'prevent-app-suspension' && type !== 'prevent-display-sleep') throw new TypeError(`no power save blocker of type ${type}`);
    this.#held.set(this.#next, type);
    return this.#next++;
  }
  stop(id: number): boolean {
    return this.#held.delete(id);
  }
  isStarted(id: number): boolean {
    return this.#held.has(id);
  }
}
export const powerSaveBlocker = new PowerSaveBlocker();

class NativeTheme extends EventEmitter {
  #source = 'system';
  #systemDark = false;
  shouldUseHighContrastColors = false;
  get themeSource(): string {
    return this.#source;
  }
  set themeSource(source: string) {
    this.#source = source;
    this.#apply();
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.#systemDark : this.#source === 'dark';
  }
  /** Test side: the desktop turns dark. */
  setSystemDark(dark: boolean): void {
    this.#systemDark = dark;
    this.#apply();
  }
  #apply(): void {
    const dark = this.shouldUseDarkColors;
    host.dark = dark;
    for (const window of BrowserWindow.getAllWindows()) void window.webContents.opened.then(() => window.webContents.emulateDark(dark)).catch(() => {});
    this.emit('updated');
  }
}
export const nativeTheme = new NativeTheme();

class NativeImage {
  #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  isEmpty(): boolean {
    return this.#bytes.length === 0;
  }
  toPNG(): Buffer {
    return this.#bytes;
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.#bytes.toString('base64')}`;
  }
  getSize(): { width: number; height: number } {
    return this.#bytes.length > 24 ? { width: this.#bytes.readUInt32BE(16), height: this.#bytes.readUInt32BE(20) } : { width: 0, height: 0 };
  }
  resize(): this {
    return this;
  }
  setTemplateImage(): void {}
  isTemplateImage(): boolean {
    return false;
  }
}

function readImage(path: string): NativeImage {
  try {
    return new NativeImage(readFileSync(path));
  } catch {
    return new NativeImage(Buffer.alloc(0)); // a missing icon is an empty image in Electron, not an error
  }
}

export const nativeImage = {
  createEmpty: () => new NativeImage(Buffer.alloc(0)),
  createFromPath: readImage,
  createFromBuffer: (bytes: Uint8Array) => new NativeImage(Buffer.from(bytes)),
  createFromDataURL: (url: string) => new NativeImage(Buffer.from(url.split(',')[1] ?? '', 'base64'))
};
