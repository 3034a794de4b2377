// Sandboxed, CommonJS, one file: hands the page's port on and exposes a few functions.
const { contextBridge, ipcRenderer, webUtils } = require('electron');

window.addEventListener('message', (event) => {
  if (event.source === window && event.origin === location.origin && event.data?.kind === 'engine-port') ipcRenderer.postMessage('engine:connect', null, [...event.ports]);
});
ipcRenderer.on('main:port', (event, message) => window.postMessage({ kind: 'main-port', message }, location.origin, event.ports));
globalThis.onlyInPreload = true;
contextBridge.exposeInMainWorld('desktop', {
  platform: process.platform,
  double: (n) => n * 2,
  echo: (value) => ipcRenderer.invoke('echo', value),
  fail: () => ipcRenderer.invoke('fail'),
  onTick: (callback) => {
    const listener = (_event, n) => callback(n);
    ipcRenderer.on('tick', listener);
    return () => ipcRenderer.off('tick', listener);
  },
  pathForFile: (file) => webUtils.getPathForFile(file)
});
