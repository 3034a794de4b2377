// The console alone, reloading as it is edited (`npm run dev` without Electron). With VARVE_DEV_API the calls go to that engine, signed in
// with VARVE_DEV_TOKEN; without it, `/testing/dev.html` shows the console over made-up data.
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type ProxyOptions } from 'vite';

const api = process.env['VARVE_DEV_API'];
const token = process.env['VARVE_DEV_TOKEN'];

/** The engine answers to its own name only, and to no other page: the proxy speaks for the page. */
const toEngine: ProxyOptions = {
  ...(api !== undefined && { target: api }),
  changeOrigin: true,
  configure: (proxy) => proxy.on('proxyReq', (request) => request.removeHeader('origin'))
};

function signIn(value: string): Plugin {
  const kept = JSON.stringify(JSON.stringify({ value, expiresAt: '9999-12-31T00:00:00.000Z' }));
  return { name: 'varve-sign-in', transformIndexHtml: () => [{ tag: 'script', injectTo: 'head-prepend', children: `sessionStorage.setItem('varve.token', ${kept})` }] };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), ...(token === undefined ? [] : [signIn(token)])],
  server: { port: 5199, strictPort: true, host: '127.0.0.1', ...(api !== undefined && { proxy: { '/rpc': toEngine, '/auth': toEngine } }) },
  cacheDir: '../../node_modules/.vite/renderer'
});
