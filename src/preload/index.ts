// The sandboxed preload: three functions for the page, and ports handed on. It is one CommonJS file that requires nothing but `electron`,
// because a sandboxed preload can load neither an ES module nor a second file.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { bridgeChannels, type PortMessage, type VarveBridge } from '../contract/bridge.ts';

let wanted = false;

function tellPage(message: PortMessage, ports: MessagePort[] = []): void {
  window.postMessage(message, window.location.origin, ports);
}

function connect(): void {
  wanted = true;
  const { port1, port2 } = new MessageChannel();
  // Ports travel by postMessage only, never by invoke or send.
  ipcRenderer.postMessage(bridgeChannels.connect, null, [port2]);
  // The bridge copies values; a live port must be given to the page by its own window.
  tellPage({ kind: 'varve:port' }, [port1]);
}

ipcRenderer.on(bridgeChannels.engineReady, () => {
  if (wanted) connect();
});
ipcRenderer.on(bridgeChannels.engineLost, (_event, again: unknown) => tellPage({ kind: 'varve:engine-lost', again: again === true }));

const bridge: VarveBridge = {
  connect,
  platform: process.platform as VarveBridge['platform'],
  pathForFile: (file) => webUtils.getPathForFile(file as File)
};
// Plain functions only: no raw Electron object reaches the page.
contextBridge.exposeInMainWorld('varve', bridge);
