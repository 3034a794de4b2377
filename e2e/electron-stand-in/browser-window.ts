// BrowserWindow: the book-keeping of a window (visible, focused, bounds, life) around one WebContents. Construction is synchronous, as in
// Electron; the Chromium target comes later, and everything that needs it waits for `contents.opened`.
import { EventEmitter } from 'node:events';
import { cancellable, host, runningApp } from './host.ts';
import { WebContents, type WindowOptions } from './web-contents.ts';

interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

const windows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter {
  static #focused: BrowserWindow | null = null;
  readonly id: number;
  readonly options: WindowOptions;
  readonly webContents: WebContents;
  title: string;
  wasShown = false;
  #bounds: Bounds;
  #visible = false;
  #minimized = false;
  #maximized = false;
  #destroyed = false;
  #ready = false;

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }
  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.#focused;
  }
  static fromId(id: number): BrowserWindow | null {
    return [...windows].find((window) => window.id === id) ?? null;
  }
  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null;
  }

  constructor(options: WindowOptions = {}) {
    super();
    if (!host.app?.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    this.options = options;
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.webContents = new WebContents(this, options);
    this.id = this.webContents.id;
    this.title = options.title ?? host.app.getName();
    windows.add(this);
    // Electron tells of new contents before the constructor returns.
    host.app.emit('web-contents-created', {}, this.webContents);
    queueMicrotask(() => runningApp().emit('browser-window-created', {}, this));
    if (options.show !== false) queueMicrotask(() => this.show());
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }
  loadFile(path: string): Promise<void> {
    return this.webContents.loadFile(path);
  }
  /** Stand-in only. */
  firstLoad(): void {
    if (this.#ready) return;
    this.#ready = true;
    this.emit('ready-to-show');
  }

  #setVisible(visible: boolean, focus: boolean): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    if (this.#visible !== visible) {
      this.#visible = visible;
      if (visible) this.wasShown = true;
      this.webContents.tellVisibility(!visible);
      this.emit(visible ? 'show' : 'hide');
    }
    if (visible && focus) this.focus();
    else if (!visible) this.blur();
  }
  show(): void {
    this.#minimized = false;
    this.#setVisible(true, true);
  }
  showInactive(): void {
    this.#setVisible(true, false);
  }
  hide(): void {
    this.#setVisible(false, false);
  }
  focus(): void {
    if (BrowserWindow.#focused === this || !this.#visible) return;
    BrowserWindow.#focused?.blur();
    BrowserWindow.#focused = this;
    this.emit('focus');
    runningApp().emit('browser-window-focus', {}, this);
  }
  blur(): void {
    if (BrowserWindow.#focused !== this) return;
    BrowserWindow.#focused = null;
    this.emit('blur');
  }
  /** What the close button does: 'close' may be prevented. Returns whether the window went. */
  close(): boolean {
    if (this.#destroyed) return true;
    const event = cancellable({});
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    this.destroy();
    return true;
  }
  destroy(): void {
    if (this.#destroyed) return;
    const contents = this.webContents;
    this.gone();
    void contents.destroyTarget();
  }
  /** Stand-in only: the target is no more, whoever closed it. */
  gone(): void {
    if (this.#destroyed) return;
    this.blur();
    this.#destroyed = true;
    this.#visible = false;
    windows.delete(this);
    this.webContents.destroyed();
    this.emit('closed');
    runningApp().windowClosed(windows.size);
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }
  isVisible(): boolean {
    return this.#visible;
  }
  isFocused(): boolean {
    return BrowserWindow.#focused === this;
  }
  isMinimized(): boolean {
    return this.#minimized;
  }
  isMaximized(): boolean {
    return this.#maximized;
  }
  isFullScreen(): boolean {
    return false;
  }
  minimize(): void {
    this.#minimized = true;
    this.webContents.tellVisibility(true);
    this.emit('minimize');
    this.blur();
  }
  restore(): void {
    if (!this.#minimized) return;
    this.#minimized = false;
    this.webContents.tellVisibility(false);
    this.emit('restore');
    this.focus();
  }
  maximize(): void {
    this.#maximized = true;
    this.emit('maximize');
  }
  unmaximize(): void {
    this.#maximized = false;
    this.emit('unmaximize');
  }
  getBounds(): Bounds {
    return { ...this.#bounds };
  }
  getNormalBounds(): Bounds {
    return this.getBounds();
  }
  getContentBounds(): Bounds {
    return this.getBounds();
  }
  getSize(): [number, number] {
    return [this.#bounds.width, this.#bounds.height];
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  setBounds(change: Partial<Bounds>): void {
    const old = this.#bounds;
    this.#bounds = { ...old, ...change };
    if (old.x !== this.#bounds.x || old.y !== this.#bounds.y) this.emit('move');
    if (old.width === this.#bounds.width && old.height === this.#bounds.height) return;
    this.emit('resize');
    void this.webContents.resize(this.#bounds);
  }
  getTitle(): string {
    return this.title;
  }
  setTitle(title: string): void {
    this.title = title;
  }
}

// Accepted and without effect here.
const withoutEffect = ['setMenu', 'removeMenu', 'setMenuBarVisibility', 'setAutoHideMenuBar', 'setBackgroundColor', 'setMinimumSize', 'center', 'moveTop', 'setIcon', 'setProgressBar', 'flashFrame', 'setSkipTaskbar', 'setAlwaysOnTop', 'setOverlayIcon', 'setContentProtection'];
for (const name of withoutEffect) Object.defineProperty(BrowserWindow.prototype, name, { value: () => {}, configurable: true, writable: true });

export const webContents = {
  getAllWebContents: () => [...windows].map((window) => window.webContents),
  fromId: (id: number) => [...windows].find((window) => window.webContents.id === id)?.webContents
};
