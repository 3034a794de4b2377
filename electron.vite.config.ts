import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { build, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };

const mainEntries = ['index', 'engine', 'cli', 'worker'];
/** What is not JavaScript alone stays where npm put it. Everything else goes into the bundle: hundreds of small files take longer to find than to run. */
const nativeParts = ['better-sqlite3', 'koffi', '@napi-rs/keyring'];
const bundled = Object.keys(manifest.dependencies).filter((name) => !nativeParts.includes(name));

/**
 * No module of ours does anything when it is imported, but an entry. Without that, a thread that needs one function of a domain would load all that the
 * domain's index.ts names: a megabyte, for each thread of each snapshot.
 */
const withoutEffects = [{ test: /^(?!.*node_modules).*[\\/]src[\\/](?:main|contract)[\\/]/, sideEffects: false }];

/** Half as much to read and parse at each start. Names stay as they are, so that an error says where it came from. */
const minify = { compress: true, mangle: false, codegen: { removeWhitespace: true } } as const;

/** The shim is one file: it is started for every attempt of every job, and its parts would take longer to find than to run. */
const shim: Plugin = {
  name: 'varve-shim',
  apply: 'build',
  async closeBundle() {
    const input = resolve(import.meta.dirname, 'src/main/shim.ts');
    await build({ configFile: false, logLevel: 'warn', build: { ssr: true, target: 'node24', outDir: 'out/main', emptyOutDir: false, rolldownOptions: { input, external: [...nativeParts, 'original-fs'], output: { entryFileNames: 'shim.js', codeSplitting: false, minify } } } });
  }
};

export default defineConfig({
  main: {
    plugins: [shim],
    build: {
      externalizeDeps: { exclude: bundled },
      rolldownOptions: {
        external: ['original-fs', 'node:original-fs'],
        treeshake: { moduleSideEffects: withoutEffects },
        output: { minify },
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
