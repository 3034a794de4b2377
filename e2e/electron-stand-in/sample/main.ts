// The main process of the sample: one window from varve://app, a tray, an engine in a utility process. Written against Electron's own types.
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeImage, Notification, powerMonitor, protocol, shell, Tray, utilityProcess, type IpcMainEvent, type IpcMainInvokeEvent, type UtilityProcess } from 'electron';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

protocol.registerSchemesAsPrivileged([{ scheme: 'varve', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
app.enableSandbox();
app.setAppUserModelId('org.varve.sample');

let window: BrowserWindow;
let tray: Tray;
let engine: UtilityProcess;
let quitting = false;
const built = process.env['SAMPLE_RENDERER'] ?? '';
const files = new Map([
  ['/index.html', { file: join(import.meta.dirname, 'index.html'), type: 'text/html' }],
  ['/style.css', { file: join(import.meta.dirname, 'style.css'), type: 'text/css' }],
  ['/renderer.js', { file: built, type: 'text/javascript' }]
]);
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src varve://app";

async function serve(request: Request): Promise<Response> {
  const { host, pathname } = new URL(request.url);
  const found = host === 'app' ? files.get(pathname) : undefined;
  if (!found) return new Response('not found', { status: 404 });
  return new Response(new Uint8Array(await readFile(found.file)), { headers: { 'content-type': found.type, 'content-security-policy': policy, 'x-content-type-options': 'nosniff' } });
}

function requireOwn(event: IpcMainEvent | IpcMainInvokeEvent): void {
  if (event.senderFrame?.origin !== 'varve://app') throw new Error(`refused ${event.senderFrame?.origin}`);
}

function startEngine(): void {
  engine = utilityProcess.fork(join(import.meta.dirname, 'engine.ts'), [], { serviceName: 'engine' });
  engine.on('message', (message: { kind: string; at: unknown }) => console.log('engine says', message.kind, message.at instanceof Date));
  engine.on('exit', (code) => {
    console.log('engine exit', code);
    if (!quitting) startEngine();
  });
}

function openWindow(): void {
  window = new BrowserWindow({ width: 900, height: 560, show: false, webPreferences: { preload: join(import.meta.dirname, 'preload.cjs'), sandbox: true } });
  window.webContents.setWindowOpenHandler(({ url }) => {
    console.log('window-open', url);
    if (url.startsWith('https://varve.example/')) void shell.openExternal(url);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event) => {
    console.log('will-navigate', event.url);
    if (!event.url.startsWith('varve://app/')) event.preventDefault();
  });
  window.once('ready-to-show', () => {
    if (!process.argv.includes('--hidden')) window.show();
  });
  window.on('close', (event) => {
    if (quitting) return;
    event.preventDefault();
    window.hide();
  });
  window.on('focus', () => console.log('focus'));
  void window.loadURL('varve://app/index.html');
}

function showWindow(): void {
  window.show();
  window.focus();
}

async function chooseFolder(): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory'] });
  new Notification({ title: 'Chosen', body: filePaths[0] ?? 'nothing' }).show();
}

function sendPort(): void {
  const { port1, port2 } = new MessageChannelMain();
  port1.on('message', (event) => port1.postMessage({ back: event.data as unknown }));
  port1.on('close', () => console.log('main port closed'));
  port1.start();
  window.webContents.postMessage('main:port', new Map([['n', 1n]]), [port2]);
}

if (!app.requestSingleInstanceLock({ hello: 1 })) {
  console.log('second instance leaves');
  app.quit();
} else {
  app.on('second-instance', (_event, argv, _cwd, data) => {
    console.log('second-instance', argv.at(-1), (data as { hello: number }).hello);
    showWindow();
  });
  app.on('before-quit', () => {
    quitting = true;
    console.log('before-quit');
  });
  app.on('will-quit', () => console.log('will-quit'));
  app.on('quit', () => console.log('quit'));
  app.on('window-all-closed', () => console.log('window-all-closed'));
  void app.whenReady().then(() => {
    protocol.handle('varve', serve);
    ipcMain.handle('echo', (event, value: unknown) => {
      requireOwn(event);
      return value;
    });
    ipcMain.handle('fail', () => {
      throw Object.assign(new Error('no such thing'), { code: 'NOT_FOUND' });
    });
    ipcMain.on('engine:connect', (event) => {
      requireOwn(event);
      engine.postMessage('connect', event.ports);
    });
    powerMonitor.on('resume', () => window.webContents.send('tick', 42));
    startEngine();
    openWindow();
    tray = new Tray(nativeImage.createFromPath(join(import.meta.dirname, 'tray.png')));
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Show', click: showWindow },
        { label: 'Choose folder', click: () => void chooseFolder() },
        { label: 'Main port', click: sendPort },
        { label: 'Crash engine', click: () => engine.postMessage('fail') },
        { type: 'separator' },
        { label: 'Never', enabled: false },
        { label: 'Quit', role: 'quit' }
      ])
    );
  });
}
