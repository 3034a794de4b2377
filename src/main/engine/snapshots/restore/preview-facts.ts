// What a preview counts. Pure.
import { displayName } from '../../kit/names.ts';
import { writesContent, type Decided, type Decisions } from './decide.ts';
import type { PreviewFacts } from './protocol.ts';
import type { Refusals } from './refusals.ts';
import type { Room } from './room.ts';

const listedConflicts = 500;

export function previewFacts(decisions: Decisions, refused: Refusals, { freeBytes, enough }: Room, token: string): PreviewFacts {
  const { folders, files, others } = decisions;
  const of = (action: Decided['action']): number => files.filter((file) => file.action === action).length;
  const gone = [...decisions.sides, ...decisions.extras];
  const inTheWay = [...files, ...others].filter((one) => one.action !== 'new');
  return {
    token,
    newFiles: of('new'),
    newBytes: decisions.bytes,
    identicalFiles: of('identical') + of('metadata'),
    keptFiles: of('keep'),
    replacedFiles: of('replace'),
    besideFiles: of('both'),
    metadataChanges: [...folders, ...files, ...others].filter(({ action }) => action === 'metadata').length,
    deletedEntries: gone.length,
    deletedBytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
    sparedEntries: decisions.spared,
    folders: folders.filter((folder) => folder.action === 'new').length,
    links: others.filter((one) => one.item.node.type === 'symlink' && writesContent(one.action)).length,
    special: others.filter((one) => one.item.node.type !== 'symlink').length,
    refused: refused.list,
    conflicts: inTheWay.slice(0, listedConflicts).map(({ item, action }) => ({ path: displayName(`/${item.path}`), action: action === 'new' ? 'keep' : action })),
    freeBytes,
    enoughSpace: enough
  };
}
