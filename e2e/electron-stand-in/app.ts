// `app`: life of the process, paths, the single-instance lock, switches.
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BrowserWindow } from './browser-window.ts';
import { startChromium } from './chromium.ts';
import { cancellable, host } from './host.ts';
import { markReady } from './protocol.ts';
import { acquire } from './single-instance.ts';
import { watchTargets } from './web-contents.ts';

class CommandLine {
  #switches = new Map<string, string>();
  appendSwitch(name: string, value = ''): void {
    this.#switches.set(name.toLowerCase(), value);
  }
  appendArgument(): void {}
  hasSwitch(name: string): boolean {
    return this.#switches.has(name.toLowerCase());
  }
  getSwitchValue(name: string): string {
    return this.#switches.get(name.toLowerCase()) ?? '';
  }
  removeSwitch(name: string): void {
    this.#switches.delete(name.toLowerCase());
  }
  toArgs(): string[] {
    return [...this.#switches].map(([name, value]) => (value ? `--${name}=${value}` : `--${name}`));
  }
}

export interface AppConfiguration {
  main: string;
  userData?: string;
  packaged?: boolean;
  languages?: string[];
}

class App extends EventEmitter {
  commandLine = new CommandLine();
  loginItemSettings: Record<string, unknown> = { openAtLogin: false };
  recorded = { userModelId: undefined as string | undefined, sandbox: false, relaunch: 0 };
  isPackaged = false;
  /** Utility processes; they end with the app. */
  children = new Set<{ kill(): unknown }>();
  #paths = new Map<string, string>();
  #package: { productName?: string; name?: string; version?: string } = {};
  #appPath = '';
  #languages = ['en-US'];
  #ready = false;
  #quitting = false;
  #release: (() => void) | undefined;
  #whenReady = Promise.withResolvers<void>();

  /** Stand-in only: called by the bootstrap before the app's main module runs. */
  configure({ main, userData, packaged = false, languages }: AppConfiguration): void {
    this.isPackaged = packaged;
    if (languages) this.#languages = languages;
    let folder = dirname(main);
    while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
    this.#appPath = folder;
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) this.#package = JSON.parse(readFileSync(manifest, 'utf8'));
    const home = homedir();
    const named = { home, appData: process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), temp: tmpdir(), exe: process.execPath, module: process.execPath };
    for (const [name, path] of Object.entries(named)) this.#paths.set(name, path);
    for (const name of ['Desktop', 'Documents', 'Downloads', 'Music', 'Pictures', 'Videos']) this.#paths.set(name.toLowerCase(), join(home, name));
    if (userData) this.#paths.set('userData', userData);
  }

  getName(): string {
    return this.#package.productName ?? this.#package.name ?? 'Electron';
  }
  get name(): string {
    return this.getName();
  }
  setName(name: string): void {
    this.#package.productName = name;
  }
  getVersion(): string {
    return this.#package.version ?? '0.0.0';
  }
  getAppPath(): string {
    return this.#appPath;
  }
  getLocale(): string {
    return this.#languages[0] ?? 'en-US';
  }
  getSystemLocale(): string {
    return this.getLocale();
  }
  getPreferredSystemLanguages(): string[] {
    return [...this.#languages];
  }
  getPath(name: string): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    if (name === 'userData') return join(this.getPath('appData'), this.getName());
    if (name === 'sessionData') return this.getPath('userData');
    if (name === 'logs') return join(this.getPath('userData'), 'logs');
    if (name === 'crashDumps') return join(this.getPath('userData'), 'Crashpad');
    throw new Error(`Failed to get '${name}' path`);
  }
  setPath(name: string, path: string): void {
    this.getPath(name);
    this.#paths.set(name, path);
  }
  setAppLogsPath(): void {}

  isReady(): boolean {
    return this.#ready;
  }
  whenReady(): Promise<void> {
    return this.#whenReady.promise;
  }

  /** Stand-in only: after the main module has been evaluated. `meet` lets Playwright attach before anything happens. */
  async start(meet: (endpoint: string) => Promise<void>): Promise<void> {
    if (this.#quitting) return;
    const browser = await startChromium({ profile: join(this.getPath('sessionData'), 'StandInChromium'), switches: this.commandLine.toArgs() });
    host.browser = browser;
    // Only an unasked-for death: it races with our own exit and would lose the code of app.exit().
    void browser.gone.then(() => {
      if (!this.#quitting) process.exit(70);
    });
    await watchTargets();
    await meet(browser.endpoint);
    if (this.#quitting) return;
    this.#ready = true;
    markReady();
    this.emit('will-finish-launching');
    this.emit('ready', {}, {});
    this.#whenReady.resolve();
  }

  requestSingleInstanceLock(additionalData?: unknown): boolean {
    if (this.#release) return true;
    const message = { argv: process.argv, cwd: process.cwd(), additionalData };
    this.#release = acquire(this.getPath('userData'), message, (second) => void this.whenReady().then(() => this.emit('second-instance', {}, second.argv, second.cwd, second.additionalData)));
    return this.#release !== undefined;
  }
  hasSingleInstanceLock(): boolean {
    return this.#release !== undefined;
  }
  releaseSingleInstanceLock(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** before-quit, every window's close, will-quit, quit: each of the first three may stop it. */
  quit(): void {
    if (this.#quitting) return;
    const before = cancellable({});
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.#quitting = true;
    for (const window of BrowserWindow.getAllWindows()) {
      if (window.close()) continue;
      this.#quitting = false;
      return;
    }
    setImmediate(() => {
      const will = cancellable({});
      this.emit('will-quit', will);
      if (will.defaultPrevented) this.#quitting = false;
      else void this.#end(0);
    });
  }
  exit(code = 0): void {
    this.#quitting = true;
    for (const window of BrowserWindow.getAllWindows()) window.destroy();
    void this.#end(code);
  }
  async #end(code: number): Promise<void> {
    this.emit('quit', {}, code);
    for (const child of this.children) child.kill();
    this.releaseSingleInstanceLock();
    await host.browser?.close();
    process.exit(code);
  }
  windowClosed(left: number): void {
    if (left || this.#quitting) return;
    if (this.listenerCount('window-all-closed')) this.emit('window-all-closed');
    else this.quit();
  }

  enableSandbox(): void {
    if (this.#ready) throw new Error('app.enableSandbox() can only be called before app is ready');
    this.recorded.sandbox = true;
  }
  setAppUserModelId(id: string): void {
    this.recorded.userModelId = id;
  }
  setLoginItemSettings(settings: object): void {
    this.loginItemSettings = { ...this.loginItemSettings, ...settings };
  }
  getLoginItemSettings(): object {
    return { ...this.loginItemSettings, wasOpenedAtLogin: false, executableWillLaunchAtLogin: this.loginItemSettings['openAtLogin'] };
  }
  relaunch(): void {
    this.recorded.relaunch++;
  }
  focus(): void {}
  setAsDefaultProtocolClient(): boolean {
    return true;
  }
  setAboutPanelOptions(): void {}
  disableHardwareAcceleration(): void {}
  getAppMetrics(): object[] {
    return [];
  }
}

export const app = new App();
host.app = app;
