// One hash over what the file system says of a folder's entries: the facts that would go into its tree, contents and subtrees aside. Two folders with
// the same fingerprint would get the same nodes (see `isAsRecorded`, which asks the same of a single node).
import { createHash } from 'node:crypto';
import type { Files, FileStat, FileType } from '../../ports.ts';
import { countsLinks } from './nodes.ts';

const numbersEach = 5;
const bigNumbersEach = 4;
const typeCodes: Readonly<Record<FileType, number>> = { file: 0, dir: 1, symlink: 2, dev: 3, chardev: 4, fifo: 5, socket: 6, irregular: 7 };

export class Fingerprint {
  readonly #files: Pick<Files, 'userName' | 'groupName'>;
  #numbers = new Float64Array(64 * numbersEach);
  #bigNumbers = new BigInt64Array(64 * bigNumbersEach);
  #count = 0;
  readonly #names: string[] = [];
  /** Names of owners where they change from one entry to the next. */
  #owners = '';
  #uid = -1;
  #gid = -1;

  constructor(files: Pick<Files, 'userName' | 'groupName'>) {
    this.#files = files;
  }

  /** The next entry, in the order of the tree. */
  add(name: string, stat: FileStat): void {
    const at = this.#count * numbersEach;
    const bigAt = this.#count * bigNumbersEach;
    if (at === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[at] = typeCodes[stat.type] * 65_536 + stat.mode;
    numbers[at + 1] = stat.uid;
    numbers[at + 2] = stat.gid;
    numbers[at + 3] = countsLinks(stat) ? stat.links : 0;
    numbers[at + 4] = stat.type === 'file' ? stat.size : 0;
    const bigNumbers = this.#bigNumbers;
    bigNumbers[bigAt] = stat.mtimeNs;
    bigNumbers[bigAt + 1] = stat.ctimeNs;
    bigNumbers[bigAt + 2] = stat.inode;
    bigNumbers[bigAt + 3] = stat.device;
    if (stat.uid !== this.#uid || stat.gid !== this.#gid) {
      this.#uid = stat.uid;
      this.#gid = stat.gid;
      this.#owners += `${this.#count}:${this.#files.userName(stat.uid) ?? ''}/${this.#files.groupName(stat.gid) ?? ''}\n`;
    }
    this.#names.push(name);
    this.#count += 1;
  }

  /** 32 bytes. Nothing is added afterwards. */
  digest(): Buffer {
    const hash = createHash('sha256');
    hash.update(new Uint8Array(this.#numbers.buffer, 0, this.#count * numbersEach * 8));
    hash.update(new Uint8Array(this.#bigNumbers.buffer, 0, this.#count * bigNumbersEach * 8));
    // No name holds a slash; UTF-16, because names that are not UTF-8 are kept as lone surrogates.
    hash.update(Buffer.from(`${this.#names.join('/')}//${this.#owners}`, 'utf16le'));
    return hash.digest();
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const bigNumbers = new BigInt64Array(this.#bigNumbers.length * 2);
    bigNumbers.set(this.#bigNumbers);
    this.#bigNumbers = bigNumbers;
  }
}
