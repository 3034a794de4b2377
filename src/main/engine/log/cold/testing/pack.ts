// For tests of the record in packages: everything that would go into one, in memory.
import { createNodeFiles } from '../../../../adapters/files.ts';
import { createSeededRandom, createTestKeys, testHomeId } from '../../testing.ts';
import { originOf } from '../../model.ts';
import type { ColdSummary } from '../check.ts';
import { openColdRecord, type ColdMember } from '../record.ts';

export interface Packed {
  members: Map<string, Buffer>;
  summary: ColdSummary;
  empty: boolean;
}

/** `between`: after each piece. `twice`: every member is read again, and must be the same. */
export async function packInMemory(path: string, how: { between?: () => void | Promise<void>; twice?: boolean; temporaryFolder?: string } = {}): Promise<Packed> {
  const turn = async (): Promise<void> => how.between?.();
  const record = openColdRecord({ files: createNodeFiles(), random: createSeededRandom(5), path, origin: originOf(testHomeId), firstKey: createTestKeys().pinned()[0], temporaryFolder: how.temporaryFolder ?? '/nowhere', turn });
  try {
    const members = new Map<string, Buffer>();
    const read = async (member: ColdMember): Promise<void> => {
      const content = await contentOf(member);
      if (how.twice && !content.equals(await contentOf(member))) throw new Error(`${member.path} is not the same twice`);
      members.set(member.path, content);
    };
    for await (const member of record.members()) await read(member);
    for (const member of record.tree()) await read(member);
    return { members, summary: record.summary(), empty: record.empty };
  } finally {
    record.close();
  }
}

async function contentOf(member: ColdMember): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of member.pieces()) pieces.push(piece);
  return Buffer.concat(pieces);
}

export interface ShownLine {
  header: { seq: number; id: string } | null;
  hash: string | null;
  state: string;
  by?: number;
  salt?: string;
  kept?: Record<string, unknown>;
  payload: unknown;
}

export interface ShownSegment {
  segment: number;
  first: number;
  previous: string | null;
  events: ShownLine[];
  count: number;
  last: number;
  hash: string | null;
}

export const segmentIn = ({ members }: Packed, no = 1): ShownSegment => JSON.parse(String(members.get(`event-log/segment-${String(no).padStart(6, '0')}.json`))) as ShownSegment;
