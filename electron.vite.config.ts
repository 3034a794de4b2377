import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import manifest from './package.json' with { type: 'json' };

const mainEntries = ['index', 'engine', 'cli', 'worker', 'shim'];
/** What is not JavaScript alone stays where npm put it. Everything else goes into the bundle: hundreds of small files take longer to find than to run. */
const nativeParts = ['better-sqlite3', 'koffi', '@napi-rs/keyring'];
const bundled = Object.keys(manifest.dependencies).filter((name) => !nativeParts.includes(name));

export default defineConfig({
  main: {
    build: {
      externalizeDeps: { exclude: bundled },
      rolldownOptions: {
        external: ['original-fs', 'node:original-fs'],
        // Half as much to read and parse at each start. Names stay as they are, so that an error says where it came from.
        output: { minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } } },
        input: Object.fromEntries(mainEntries.map((entry) => [entry, resolve(import.meta.dirname, `src/main/${entry}.ts`)]))
      }
    }
  },
  preload: {
    // A sandboxed preload can neither be an ES module nor load a second file.
    build: { externalizeDeps: false, rolldownOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } } }
  },
  // The words of each language are a file of their own: they change apart from the program, and none is larger than a browser likes.
  renderer: { plugins: [react()], build: { minify: 'oxc', manifest: true, rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'words-en', test: /contract\/copy\/en[./]/ }, { name: 'words-pt', test: /contract\/copy\/pt-/ }] } } } } }
});
