// A main process that tries the corners: early and late calls, order of life, several windows, ports passed on.
import electron, { app, BrowserWindow, ipcMain, MessageChannelMain, protocol, utilityProcess } from 'electron';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const results = (globalThis.results = {});
protocol.registerSchemesAsPrivileged([{ scheme: 'varve', privileges: { standard: true, secure: true } }]);
results.sameModule = createRequire(import.meta.url)('electron').app === app && electron.app === app;
try {
  new BrowserWindow();
} catch (error) {
  results.early = error.message;
}
results.order = [];
app.on('ready', () => results.order.push('ready'));
app.on('window-all-closed', () => results.order.push('window-all-closed'));
app.on('will-quit', (event) => {
  if (!globalThis.holdQuit) return;
  globalThis.holdQuit = false;
  event.preventDefault();
  results.order.push('held');
});
await new Promise((resolve) => setTimeout(resolve, 30));
results.order.push('main evaluated');

const html = { headers: { 'content-type': 'text/html' } };
async function serve(request) {
  const { pathname } = new URL(request.url);
  if (pathname === '/post') return Response.json({ url: request.url, method: request.method, origin: request.headers.get('origin'), body: await request.text() });
  if (pathname === '/worker.js') return new Response('onmessage = async (e) => postMessage([e.data * 2, (await fetch("/data")).status])', { headers: { 'content-type': 'text/javascript' } });
  if (pathname === '/data') return new Response('x');
  if (pathname === '/frame.html') return new Response('<p>frame', html);
  if (pathname === '/redirect') return Response.redirect('varve://app/page.html');
  if (pathname === '/throws') throw new Error('handler broke');
  return new Response(readFileSync(join(here, 'page.html')), html);
}
void app.whenReady().then(() => {
  try {
    app.enableSandbox();
  } catch (error) {
    results.late = error.message;
  }
  try {
    electron.globalShortcut.register('A');
  } catch (error) {
    results.absent = error.message;
  }
  protocol.handle('varve', serve);
  ipcMain.on('sender', (event) => {
    results.sender = [event.senderFrame.url, event.senderFrame.origin, BrowserWindow.fromWebContents(event.sender)?.id, event.senderFrame === event.sender.mainFrame];
  });
});
globalThis.open = async (options = {}) => {
  const window = new BrowserWindow({ ...options });
  await window.loadURL('varve://app/page.html');
  return window.id;
};
globalThis.utility = () => utilityProcess.fork(join(here, 'engine.cjs'));
globalThis.heard = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));
globalThis.Channel = MessageChannelMain;
