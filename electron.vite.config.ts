import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const mainEntries = ['index', 'engine', 'cli', 'worker'];

export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        external: ['original-fs', 'node:original-fs'],
        input: Object.fromEntries(mainEntries.map((entry) => [entry, resolve(import.meta.dirname, `src/main/${entry}.ts`)]))
      }
    }
  },
  preload: {
    // A sandboxed preload can neither be an ES module nor load a second file.
    build: { externalizeDeps: false, rolldownOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } } }
  },
  renderer: { plugins: [react()], build: { minify: 'oxc', manifest: true } }
});
