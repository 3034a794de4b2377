// Entries that were left out, with the reason; the first thousand by name, the rest counted.
import type { Gap } from '../../../../contract/snapshots.ts';
import { displayName } from '../../kit/names.ts';

const listed = 1000;

export class Refusals {
  readonly list: Gap[] = [];
  count = 0;

  add(path: string, reason: string): void {
    this.count += 1;
    if (this.list.length < listed) this.list.push({ path: displayName(path).slice(0, 4096), reason: reason.slice(0, 500) });
  }
}
