import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { temporaryFolder } from '../testing/workshop.ts';
import { markOf, removeLeftBehind, temporaryName } from './temporaries.ts';

it('removes what named restores have left, of every thread, and nothing else', () => {
  const folder = temporaryFolder();
  const [dead, alive] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
  const left = [temporaryName(markOf(dead, 0), 1), temporaryName(markOf(dead, 15), 4096)];
  const kept = [temporaryName(markOf(alive, 0), 1), `${left[0]}~`, `x${left[0]}`, `.varve-restore-${dead}.tmp`, '.varve-restore-.tmp'];
  for (const name of [...left, ...kept]) writeFileSync(join(folder.path, name), '');
  // A link of theirs goes, what it points to stays; a folder is none of theirs.
  const [link, inside] = [temporaryName(markOf(dead, 1), 2), temporaryName(markOf(dead, 1), 3)];
  symlinkSync(kept[0] as string, join(folder.path, link));
  mkdirSync(join(folder.path, inside));
  expect(removeLeftBehind(createNodeFiles(), folder.path, new Set([dead]))).toBe(3);
  expect(readdirSync(folder.path).sort()).toEqual([...kept, inside].sort());
  folder.remove();
});
