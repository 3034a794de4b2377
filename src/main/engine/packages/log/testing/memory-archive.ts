// An archive that is a map, for tests of what goes into one: as strict about sizes and names as the real one.
import { createHash } from 'node:crypto';
import type { ArchiveWriter } from '../../archive/model.ts';

export interface MemoryArchive extends ArchiveWriter {
  readonly members: Map<string, Buffer>;
}

export function createMemoryArchive(): MemoryArchive {
  const members = new Map<string, Buffer>();
  return {
    members,
    async file({ path, size }, chunks) {
      if (members.has(path)) throw new Error(`${path} is there already`);
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      const content = Buffer.concat(parts);
      if (content.length !== size) throw new Error(`${path} has ${content.length} bytes, not ${size}`);
      members.set(path, content);
      return { path, size, sha256: createHash('sha256').update(content).digest('hex') };
    },
    folder: () => Promise.resolve(),
    symlink: () => Promise.resolve(),
    hardLink: () => Promise.resolve(false),
    end: () => Promise.resolve({ bytes: 0, sha256: '' }),
    abort: () => members.clear()
  };
}
