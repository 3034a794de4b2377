// The verifier must run where Varve does not: on the system's own Node, from 18 on, as one file without anything beside it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { madeLog } from './harness/maker.ts';
import { createPlace, verifierFile } from './harness/verifier.ts';

const place = createPlace();
afterAll(() => place.dispose());

const versionOf = (node: string): string => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
/** Node on the path that the project did not bring; VARVE_OTHER_NODES adds more. */
const others = [...(process.env['VARVE_OTHER_NODES'] ?? '').split(delimiter), ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules')).map((folder) => join(folder, 'node'))]
  .filter((node, at, all) => node !== '' && existsSync(node) && all.indexOf(node) === at)
  .map((node) => ({ node, version: versionOf(node) }))
  .filter(({ version }, at, all) => Number(/^v(\d+)/.exec(version)?.[1]) >= 18 && all.findIndex((other) => other.version === version) === at);
if (others.length === 0) console.log('skipped: no other Node from 18 on is on the path');

describe('the file alone', () => {
  it('needs nothing but what Node brings', () => {
    const imported = [...readFileSync(verifierFile, 'utf8').matchAll(/^import .* from '(.+)';$/gm)].map((match) => match[1]);
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.filter((name) => !name!.startsWith('node:'))).toEqual([]);
    expect(readFileSync(verifierFile, 'utf8')).not.toMatch(/\bimport\(|\brequire\(|\bfetch\(|node:(?:net|http|https|child_process|dns)/);
  });

  it.runIf(others.length > 0)('says the same on every Node that is here', () => {
    mkdirSync(place.path('alone'));
    const alone = place.path('alone/varve-verify.mjs');
    copyFileSync(verifierFile, alone);
    const log = madeLog(71, { rotated: true });
    log.tiles(place.path('tiles'));
    const [first, newest] = [log.keys[0]!.vkey, log.keys[1]!.vkey];
    const bundle = log.bundle({ states: { 4: { state: 'erased', by: 6 } } });
    const runs = [
      [place.file('a.varve-evidence', bundle), '--key', first], [place.file('a.varve-evidence', bundle)], [place.file('b.varve-evidence', bundle.replace('app.noted', 'app.nated'))], [place.file('c.tlog-proof', log.proofFile(1)), '--key', newest],
      [place.file('d', log.checkpoint()), '--key', newest, '--checkpoint', place.file('e', log.checkpoint(8)), '--consistency', place.file('f', log.consistency(8).join('\n'))], [place.path('tiles'), '--key', newest], [place.path('nowhere')], ['--help']
    ];
    const results = (node: string) => runs.map((args) => {
      const { status, stdout, stderr } = spawnSync(node, [alone, ...args], { encoding: 'utf8', env: { LANG: 'en_US.UTF-8' } });
      return { status, stdout, stderr };
    });
    const expected = results(process.execPath);
    expect(expected.map(({ status }) => status)).toEqual([0, 0, 5, 0, 0, 0, 4, 0]);
    for (const { node, version } of others) expect({ version, results: results(node) }).toEqual({ version, results: expected });
  });
});
