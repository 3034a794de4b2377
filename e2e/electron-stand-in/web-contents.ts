// WebContents over a Chromium target: navigation, the preload's world, messages and ports, requests answered by the app's own handler.
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { BrowserWindow } from './browser-window.ts';
import type { Session } from './chromium.ts';
import { cancellable, host, runningBrowser } from './host.ts';
import { dispatch, type FromPreload, IpcMain } from './ipc.ts';
import { Link, takeEnds } from './ports.ts';
import { answer, fromWeb, originOf, type PausedRequest, toWeb } from './protocol.ts';
import { mainWorld } from './page/main-world.ts';
import { membrane } from './page/membrane.ts';
import { preloadWorld } from './page/preload-world.ts';
import { decode, encode } from './wire.ts';

const WORLD = 'Electron Isolated Context';
const BINDING = '__standinSend';

export interface WindowOptions {
  width?: number;
  height?: number;
  x?: number;
  y?: number;
  title?: string;
  show?: boolean;
  webPreferences?: { preload?: string };
}
interface TargetInfo {
  targetId: string;
  openerId?: string;
  url: string;
}
interface OpenRequest {
  url: string;
  windowName?: string;
}
interface World {
  contextId: number;
  link: Link;
  toPage(message: object): void;
}
type OpenHandler = (details: object) => { action: 'allow' | 'deny' } | undefined;

const byTarget = new Map<string, WebContents>();
const arrivals = new Map<string, Session>();
let nextId = 0;

/** Called once the browser runs. Popups start paused here, so that the window-open handler is asked before anything loads. */
export async function watchTargets(): Promise<void> {
  const { root } = runningBrowser().connection;
  root.on('Target.attachedToTarget', ({ sessionId, targetInfo, waitingForDebugger }: { sessionId: string; targetInfo: TargetInfo; waitingForDebugger: boolean }) => {
    const session = runningBrowser().connection.session(sessionId);
    const opener = byTarget.get(targetInfo.openerId ?? '');
    if (opener) return void opener.decidePopup(session, targetInfo);
    if (waitingForDebugger) session.send('Runtime.runIfWaitingForDebugger').catch(() => {});
    if (!byTarget.has(targetInfo.targetId)) arrivals.set(targetInfo.targetId, session);
  });
  root.on('Target.targetDestroyed', ({ targetId }: { targetId: string }) => byTarget.get(targetId)?.window.gone());
  await root.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true, filter: [{ type: 'page' }] });
  await root.send('Target.setDiscoverTargets', { discover: true });
}

export class WebContents extends EventEmitter {
  readonly id = ++nextId;
  readonly ipc = new IpcMain();
  readonly window: BrowserWindow;
  readonly mainFrame: { routingId: number; processId: number; frameTreeNodeId: number; parent: null; framesInSubtree: object[]; url: string; origin: string };
  readonly opened: Promise<void>;
  targetId = '';
  #cdp: Session | undefined;
  #preload: string | undefined;
  #openHandler: OpenHandler = () => ({ action: 'deny' });
  #world: World | undefined;
  #url = '';
  #frameId = '';
  /** Address we asked for ourselves: not a will-navigate. */
  #expected: string | undefined;
  /** The pending loadURL. */
  #load: { resolve(): void } | undefined;
  #lastOpen: OpenRequest | undefined;
  #destroyed = false;
  #loading = false;

  constructor(window: BrowserWindow, options: WindowOptions) {
    super();
    this.window = window;
    this.#preload = options.webPreferences?.preload;
    this.mainFrame = Object.defineProperties({ routingId: this.id, processId: 1, frameTreeNodeId: this.id, parent: null, framesInSubtree: [], url: '', origin: '' }, {
      url: { get: () => this.getURL(), enumerable: true },
      origin: { get: () => originOf(this.getURL()), enumerable: true },
      top: { get: () => this.mainFrame }
    });
    this.opened = this.#open(options);
    this.opened.catch((error: unknown) => {
      if (!this.#destroyed) console.error('stand-in: window could not be opened:', error);
    });
  }

  get #session(): Session {
    if (!this.#cdp) throw new Error('stand-in: the window has no page yet');
    return this.#cdp;
  }

  async #open({ width = 800, height = 600 }: WindowOptions): Promise<void> {
    const { root } = runningBrowser().connection;
    const { targetId } = (await root.send('Target.createTarget', { url: 'about:blank', newWindow: true, width, height })) as { targetId: string };
    for (let tries = 0; tries < 2000 && !arrivals.has(targetId); tries++) await new Promise((resolve) => setTimeout(resolve, 2));
    this.targetId = targetId;
    byTarget.set(targetId, this);
    const cdp = arrivals.get(targetId);
    arrivals.delete(targetId);
    if (!cdp) throw new Error('the target never arrived');
    this.#cdp = cdp;
    this.#listen(cdp);
    const [{ frameTree }] = await Promise.all([
      cdp.send('Page.getFrameTree'),
      cdp.send('Page.enable'),
      cdp.send('Inspector.enable'),
      cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] }),
      cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD }),
      cdp.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false }),
      ...(host.dark === undefined ? [] : [this.emulateDark(host.dark)])
    ]);
    this.#frameId = frameTree.frame.id;
    await this.#injectPreload();
    await cdp.send('Runtime.enable');
    cdp.on('Runtime.consoleAPICalled', ({ type, args }: { type: string; args: { value?: unknown; description?: string }[] }) =>
      this.emit('console-message', { level: type, message: args.map((arg) => arg.value ?? arg.description ?? '').join(' ') })
    );
  }

  #listen(cdp: Session): void {
    cdp.on('Fetch.requestPaused', (paused: PausedRequest) => void this.#request(paused));
    cdp.on('Runtime.executionContextCreated', ({ context }: { context: { id: number; name: string; auxData?: { frameId?: string } } }) => {
      if (context.name === WORLD && context.auxData?.frameId === this.#frameId) this.#newWorld(context.id);
    });
    cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }: { executionContextId: number }) => {
      if (executionContextId === this.#world?.contextId) this.#dropWorld();
    });
    cdp.on('Runtime.executionContextsCleared', () => this.#dropWorld());
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }: { name: string; payload: string; executionContextId: number }) => {
      if (name === BINDING && executionContextId === this.#world?.contextId) this.#fromPreload(this.#world, JSON.parse(payload));
    });
    cdp.on('Page.frameNavigated', ({ frame }: { frame: { parentId?: string; url: string } }) => {
      if (frame.parentId) return;
      this.#url = frame.url;
      this.emit('did-navigate', {}, this.getURL(), 200, '');
    });
    cdp.on('Page.navigatedWithinDocument', ({ frameId, url }: { frameId: string; url: string }) => {
      if (frameId !== this.#frameId) return;
      this.#url = url;
      this.emit('did-navigate-in-page', {}, this.getURL(), true);
    });
    cdp.on('Page.domContentEventFired', () => this.emit('dom-ready', {}));
    cdp.on('Page.loadEventFired', () => this.#loaded());
    cdp.on('Page.windowOpen', (open: OpenRequest) => {
      this.#lastOpen = open;
    });
    cdp.on('Inspector.targetCrashed', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    cdp.on('Page.javascriptDialogOpening', () => void cdp.send('Page.handleJavaScriptDialog', { accept: true }).catch(() => {}));
  }

  // The page's script is registered first, so that its side of the membrane is there when the preload exposes something.
  async #injectPreload(): Promise<void> {
    const secret = randomUUID();
    const add = (source: string, worldName?: string): Promise<unknown> => this.#session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName });
    await add(`(${mainWorld})(${JSON.stringify({ secret })}, ${membrane});`);
    const preload = this.#preload ? readFileSync(this.#preload, 'utf8') : ''; // without one the world still serves visibility and window.close()
    const options = JSON.stringify({ secret, binding: BINDING, processInfo: host.processInfo, filePaths: host.filePaths });
    await add(
      `(${preloadWorld})(${options}, { membrane: ${membrane}, encode: ${encode}, decode: ${decode} },
      function (require, module, exports, process, global, setImmediate, clearImmediate) {${preload}\n});`,
      WORLD
    );
  }

  #newWorld(contextId: number): void {
    this.#dropWorld();
    const toPage = (message: object): void => {
      // A failure means that the document went away meanwhile.
      this.#session
        .send('Runtime.callFunctionOn', { executionContextId: contextId, functionDeclaration: 'function (text) { globalThis.__standinReceive(text); }', arguments: [{ value: JSON.stringify(message) }] })
        .catch(() => {});
    };
    this.#world = { contextId, toPage, link: new Link('m', toPage) };
    if (!this.window.isVisible() && this.window.wasShown) toPage({ t: 'visibility', hidden: true });
  }

  #dropWorld(): void {
    const world = this.#world;
    this.#world = undefined;
    world?.link.dispose();
  }

  #fromPreload({ link, toPage }: World, message: { t: string; message?: string; stack?: string }): void {
    if (link.receive(message)) return;
    if (message.t === 'window-close') this.window.close();
    else if (message.t === 'preload-error') this.emit('preload-error', {}, this.#preload, Object.assign(new Error(message.message), { stack: message.stack }));
    else {
      // A listener threw: uncaught, as in Electron.
      dispatch(this, this.mainFrame, link, message as FromPreload, toPage).catch((error: unknown) =>
        setImmediate(() => {
          throw error;
        })
      );
    }
  }

  async #request(paused: PausedRequest): Promise<void> {
    const { url } = paused.request;
    const cdp = this.#session;
    const refuse = (errorReason: string): Promise<unknown> => cdp.send('Fetch.failRequest', { requestId: paused.requestId, errorReason }).catch(() => {});
    if (paused.resourceType === 'Document' && !this.#mayNavigate(paused)) return void (await refuse('Aborted'));
    if (await answer(cdp, paused).catch(() => true)) return;
    if (host.network === 'allow' || !/^(https?|wss?):/.test(url)) return void (await cdp.send('Fetch.continueRequest', { requestId: paused.requestId }).catch(() => {}));
    host.blockedRequests.push(url); // a test machine talks to nobody; a test can assert that nothing tried
    await refuse('InternetDisconnected');
  }

  #mayNavigate(paused: PausedRequest): boolean {
    const { url } = paused.request;
    const isMainFrame = paused.frameId === this.#frameId;
    if (isMainFrame && url.split('#')[0] === this.#expected?.split('#')[0]) {
      this.#expected = undefined;
      return true;
    }
    const event = cancellable({ url: fromWeb(url), isMainFrame, isSameDocument: false, frame: this.mainFrame });
    this.emit('will-frame-navigate', event);
    if (isMainFrame) this.emit(paused.redirectedRequestId ? 'will-redirect' : 'will-navigate', event, event.url);
    return !event.defaultPrevented;
  }

  async decidePopup(session: Session, targetInfo: TargetInfo): Promise<void> {
    const url = this.#lastOpen?.url || targetInfo.url;
    const decision = this.#openHandler({ url: fromWeb(url), frameName: this.#lastOpen?.windowName ?? '', features: '', disposition: 'new-window', referrer: {}, postBody: undefined });
    if (decision?.action === 'allow') console.error('stand-in: window.open allowed by the app; child windows are not provided, closed instead');
    await runningBrowser().connection.root.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {});
    await session.send('Runtime.runIfWaitingForDebugger').catch(() => {});
  }

  #loaded(): void {
    this.#loading = false;
    if (this.#url === 'about:blank' && !this.#load) return;
    this.emit('did-stop-loading', {});
    this.emit('did-finish-load', {});
    this.#load?.resolve();
    this.#load = undefined;
    this.window.firstLoad();
  }

  async loadURL(url: string): Promise<void> {
    await this.opened;
    const web = toWeb(url);
    this.#expected = web;
    this.#loading = true;
    const done = new Promise<void>((resolve) => {
      this.#load = { resolve };
    });
    this.emit('did-start-loading', {});
    const { errorText } = (await this.#session.send('Page.navigate', { url: web })) as { errorText?: string };
    if (errorText) {
      this.#load = undefined;
      this.emit('did-fail-load', {}, -2, errorText, url, true);
      throw new Error(`${errorText} loading '${url}'`);
    }
    return done;
  }
  loadFile(path: string): Promise<void> {
    return this.loadURL(pathToFileURL(path).href);
  }
  async reload(): Promise<void> {
    await this.opened;
    this.#expected = this.#url;
    await this.#session.send('Page.reload');
  }
  /** No document, no message: as in Electron. */
  send(channel: string, ...args: unknown[]): void {
    this.#world?.toPage({ t: 'send', channel, args: encode(args) });
  }
  postMessage(channel: string, message: unknown, transfer: unknown[] = []): void {
    const data = encode(message);
    const ends = takeEnds(transfer);
    const world = this.#world;
    if (world) world.toPage({ t: 'post', channel, data, ports: ends.map((end) => world.link.give(end)) });
    else for (const end of ends) end.close();
  }
  async executeJavaScript(code: string): Promise<unknown> {
    await this.opened;
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', { expression: code, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  tellVisibility(hidden: boolean): void {
    this.#world?.toPage({ t: 'visibility', hidden });
  }
  tellFilePaths(paths: Record<string, string>): void {
    this.#world?.toPage({ t: 'file-paths', paths });
  }
  emulateDark(dark: boolean): Promise<unknown> {
    return this.#session.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
  }
  async resize({ width, height }: { width: number; height: number }): Promise<void> {
    await this.opened;
    await this.#session.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false }).catch(() => {});
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }
  getURL(): string {
    return fromWeb(this.#url);
  }
  getTitle(): string {
    return this.window.title;
  }
  isLoading(): boolean {
    return this.#loading;
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  isDevToolsOpened(): boolean {
    return false;
  }
  openDevTools(): void {}
  focus(): void {}
  async destroyTarget(): Promise<void> {
    await this.opened.catch(() => {});
    if (this.targetId) await host.browser?.connection.root.send('Target.closeTarget', { targetId: this.targetId }).catch(() => {});
  }
  destroyed(): void {
    this.#destroyed = true;
    this.#dropWorld();
    byTarget.delete(this.targetId);
    this.emit('destroyed');
  }
}
