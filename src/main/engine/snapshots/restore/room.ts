// Whether what is written fits, by file system: a restore in place may write to several.
import { dirname, sep } from 'node:path';
import { fail } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { writesContent, type Decisions } from './decide.ts';
import type { RestoreRequest } from './protocol.ts';

/** Room that is left to the file system itself. */
const spareBytes = 16 * 1024 * 1024;

/** Of the file system with the least to spare. */
export interface Room {
  path: string;
  neededBytes: number;
  freeBytes: number;
  enough: boolean;
}

type Where = Pick<RestoreRequest, 'target' | 'inPlace'>;

/** One folder that is there of each file system that is written to. */
export function placesOfWriting(files: Files, where: Where): string[] {
  return [...systemsOf(files, where).values()].map(({ at }) => at);
}

function systemsOf(files: Files, { target, inPlace }: Where): Map<bigint, { at: string; roots: string[] }> {
  const systems = new Map<bigint, { at: string; roots: string[] }>();
  for (const root of inPlace ?? [target]) {
    const { at, device } = existing(files, root);
    const known = systems.get(device);
    if (known === undefined) systems.set(device, { at, roots: [root] });
    else known.roots.push(root);
  }
  return systems;
}

/** `bytesOf`: of a file's content, as `decisions.bytes` counts. */
export function roomFor(files: Files, where: Where, decisions: Decisions, bytesOf: (content: readonly string[]) => number): Room {
  const systems = [...systemsOf(files, where).values()];
  const needs = systems.length === 1 ? [decisions.bytes] : systems.map(({ roots }) => neededIn(roots, decisions, bytesOf));
  const rooms = systems.map(({ at }, i): Room => {
    const neededBytes = needs[i] as number;
    const { freeBytes } = files.space(at);
    return { path: at, neededBytes, freeBytes, enough: neededBytes === 0 || neededBytes + spareBytes <= freeBytes };
  });
  return rooms.reduce((a, b) => (b.freeBytes - b.neededBytes < a.freeBytes - a.neededBytes ? b : a));
}

function neededIn(roots: readonly string[], { files }: Decisions, bytesOf: (content: readonly string[]) => number): number {
  let bytes = 0;
  for (const { path, action, item } of files) {
    if (writesContent(action) && roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep))) bytes += bytesOf(item.node.content ?? []);
  }
  return bytes;
}

/** The nearest folder above, or the place itself, that is there. */
function existing(files: Files, path: string): { at: string; device: bigint } {
  for (let at = path; ; at = dirname(at)) {
    const stat = files.stat(at);
    if (stat !== undefined) return { at, device: stat.device };
    if (at === dirname(at)) return fail('PATH_MISSING', `${path} cannot exist`, { path });
  }
}
