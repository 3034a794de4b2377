// What the bundles may reach. A chunk shared with main that imports `electron` would fail only in the packaged program, and there only in the
// engine, the command line or a worker thread; a sandboxed preload can load neither an ES module nor a second file.
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout } from '../harness/desktop.ts';

const mainFolder = join(checkout, 'out/main');

/** Every module name a built file mentions in an import, an export-from, a dynamic import or a require. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const patterns = [/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+?\s*from\s*)?["']([^"'\n]+)["']/g, /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g, /\brequire\(\s*["']([^"'\n]+)["']\s*\)/g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** All packages reachable from an entry, each with the chain of files that leads to it. */
function reach(entry: string): Map<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (file: string, chain: string[]): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const here = [...chain, relative(mainFolder, file)];
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name), here);
      else if (!packages.has(name)) packages.set(name, here.join(' -> '));
    }
  };
  visit(entry, []);
  return packages;
}

describe('the built bundles', () => {
  it.each(['engine', 'cli', 'worker'])('%s reaches no `electron` through any chunk', (entry) => {
    const packages = reach(join(mainFolder, `${entry}.js`));
    expect([...packages].filter(([name]) => /^electron(\/|$)/.test(name))).toEqual([]);
    // The search sees something at all.
    expect(packages.size).toBeGreaterThan(0);
  });

  it('main does import `electron`, so the search above can find it', () => {
    expect(reach(join(mainFolder, 'index.js')).has('electron')).toBe(true);
  });

  it('main reaches neither the database nor native add-ons: it holds no data', () => {
    expect([...reach(join(mainFolder, 'index.js')).keys()].filter((name) => /^(better-sqlite3|koffi|@napi-rs)/.test(name))).toEqual([]);
  });

  it('name only packages that an installed program has', () => {
    const { dependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    const known = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name) || /^(electron|original-fs)$/.test(name) || Object.keys(dependencies).some((dependency) => name === dependency || name.startsWith(`${dependency}/`));
    for (const entry of ['index', 'engine', 'cli', 'worker']) expect([...reach(join(mainFolder, `${entry}.js`))].filter(([name]) => !known(name)), entry).toEqual([]);
  });

  it('the preload is one CommonJS file that requires nothing but `electron`', () => {
    const preload = join(checkout, 'out/preload/index.cjs');
    expect(importsOf(preload)).toEqual(['electron']);
    expect(readFileSync(preload, 'utf8')).not.toMatch(/^\s*(import|export)\s/m);
    expect(existsSync(join(checkout, 'out/preload/chunks'))).toBe(false);
  });
});
