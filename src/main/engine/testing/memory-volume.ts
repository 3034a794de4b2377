// What lies in a file system in memory, as it is and as it would be after a power cut.
import { systemErrorOf } from './system-error.ts';

const startNs = 1_700_000_000_000_000_000n;
let ticks = 0n;

export class Node {
  readonly inode: bigint;
  readonly type: 'file' | 'dir' | 'symlink';
  mode: number;
  uid = 0;
  gid = 0;
  links = 1;
  target: string | undefined;
  mtimeNs = startNs;
  atimeNs = startNs;
  ctimeNs = startNs;
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;
  /** As of the last fsync; undefined while that is what is there now. */
  #durable: Buffer | undefined;
  /** A folder's. */
  names = new Map<string, Node>();
  durableNames = new Map<string, Node>();
  /** Changes that are not durable yet, in order. */
  changes: ((names: Map<string, Node>) => void)[] = [];

  constructor(inode: bigint, type: Node['type'], mode: number) {
    this.inode = inode;
    this.type = type;
    this.mode = mode;
  }

  get size(): number {
    return this.type === 'dir' ? 4096 : this.#length;
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#touch();
    this.#grow(Math.max(this.#length, position + bytes.length));
    this.#memory.set(bytes, position);
  }

  resize(length: number): void {
    this.#touch();
    if (length < this.#length) this.#memory.fill(0, length, this.#length);
    this.#grow(length);
  }

  sync(): void {
    this.#durable = undefined;
  }

  syncNames(): void {
    this.durableNames = new Map(this.names);
    this.changes = [];
  }

  change(change: (names: Map<string, Node>) => void): void {
    change(this.names);
    this.changes.push(change);
    this.#stamp();
  }

  /** What a power cut leaves of it: all, what was durable, the beginning, or the beginning and zeros. */
  cutPower(next: () => number): void {
    if (this.#durable !== undefined) {
      const kind = Math.floor(next() * 4);
      const cut = Math.floor(next() * this.#length);
      if (kind === 1) {
        this.#memory = Buffer.from(this.#durable);
        this.#length = this.#durable.length;
      } else if (kind === 2) this.#length = cut;
      else if (kind === 3) this.#memory.fill(0, cut, this.#length);
      this.#durable = undefined;
    }
    for (const change of this.changes.slice(0, Math.floor(next() * (this.changes.length + 1)))) change(this.durableNames);
    this.names = new Map(this.durableNames);
    this.changes = [];
  }

  copyInto(other: Node): void {
    Object.assign(other, { mode: this.mode, uid: this.uid, gid: this.gid, links: this.links, target: this.target, mtimeNs: this.mtimeNs, atimeNs: this.atimeNs, ctimeNs: this.ctimeNs });
    other.#memory = Buffer.from(this.bytes);
    other.#length = this.#length;
  }

  #touch(): void {
    this.#durable ??= Buffer.from(this.bytes);
    this.#stamp();
  }

  #stamp(): void {
    ticks += 1n;
    this.mtimeNs = startNs + ticks * 1_000_000n;
    this.ctimeNs = this.mtimeNs;
  }

  #grow(length: number): void {
    if (length > this.#memory.length) {
      const larger = Buffer.alloc(Math.max(length, this.#memory.length * 2, 256));
      larger.set(this.bytes);
      this.#memory = larger;
    }
    this.#length = length;
  }
}

export class Volume {
  #inodes = 1n;
  root = new Node(1n, 'dir', 0o755);

  make(type: Node['type'], mode: number): Node {
    return new Node(++this.#inodes, type, mode);
  }

  partsOf(path: string): string[] {
    return path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  }

  find(path: string, follow: boolean, hops = 0): Node | undefined {
    let node: Node | undefined = this.root;
    const parts = this.partsOf(path);
    for (const [depth, part] of parts.entries()) {
      if (node?.type !== 'dir') return undefined;
      const next: Node | undefined = node.names.get(part);
      if (next?.type === 'symlink' && (follow || depth < parts.length - 1)) {
        if (hops > 20) throw systemErrorOf('ELOOP', 'open', path);
        const target = next.target ?? '';
        node = this.find(target.startsWith('/') ? target : `/${[...parts.slice(0, depth), target].join('/')}`, true, hops + 1);
      } else node = next;
    }
    return node;
  }

  /** Enters the node under the path, or takes the name away. */
  change(path: string, node: Node | undefined): void {
    const { folder, name } = this.#place(path);
    folder.change((names) => void (node === undefined ? names.delete(name) : names.set(name, node)));
  }

  move(from: string, to: string, node: Node): void {
    const [source, target] = [this.#place(from), this.#place(to)];
    if (source.folder !== target.folder) {
      source.folder.change((names) => void names.delete(source.name));
      target.folder.change((names) => void names.set(target.name, node));
      return;
    }
    source.folder.change((names) => {
      names.delete(source.name);
      names.set(target.name, node);
    });
  }

  sync(): void {
    this.#each((node) => {
      node.sync();
      node.syncNames();
    });
  }

  cutPower(next: () => number): void {
    // Also what hangs on names that are about to go: a name may come back with it.
    const seen = this.#each((node) => void node);
    for (const node of seen) node.cutPower(next);
  }

  copy(): Volume {
    const copy = new Volume();
    copy.#inodes = this.#inodes;
    const made = new Map<Node, Node>();
    const take = (node: Node): Node => {
      const known = made.get(node);
      if (known) return known;
      const other = new Node(node.inode, node.type, node.mode);
      made.set(node, other);
      node.copyInto(other);
      for (const [name, child] of node.names) other.names.set(name, take(child));
      other.syncNames();
      return other;
    };
    copy.root = take(this.root);
    return copy;
  }

  #place(path: string): { folder: Node; name: string } {
    const parts = this.partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw systemErrorOf('EBUSY', 'rename', path);
    const folder = this.find(`/${parts.join('/')}`, true);
    if (folder === undefined) throw systemErrorOf('ENOENT', 'open', path);
    if (folder.type !== 'dir') throw systemErrorOf('ENOTDIR', 'open', path);
    return { folder, name };
  }

  #each(visit: (node: Node) => void): Set<Node> {
    const seen = new Set<Node>();
    const waiting = [this.root];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      visit(node);
      waiting.push(...node.names.values(), ...node.durableNames.values());
    }
    return seen;
  }
}
