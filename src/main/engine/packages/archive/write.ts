// Writes one archive into one file: members one after the other, nothing held whole, each hashed on the way, the whole thing too. All that
// reaches the disk goes through the Files port.
import { createHash } from 'node:crypto';
import { fail } from '../../kit/errors.ts';
import { Sha256 } from '../../kit/sha256.ts';
import type { Clock, Files } from '../../ports.ts';
import { seal } from '../seal/write.ts';
import type { ArchiveForm } from './form.ts';
import { Budget, defaultLimits } from './limits.ts';
import type { ArchiveKind, ArchiveWriter, MemberFacts, Passphrase, WrittenFile } from './model.ts';
import { addMember, linkTargetProblem, MemberNames, memberPathProblem } from './names.ts';
import { refuse } from './refuse.ts';
import { createTarForm } from './tar-form.ts';
import { createZipForm } from './zip-form.ts';

export interface WritePorts {
  files: Files;
  clock: Clock;
}

/**
 * Creates the file, which must not be there (mode 0600), and an archive in it. A sealed kind wants the passphrase. Failures of the disk come out of
 * whatever is asked next. One call at a time; after a failure only `abort`. `sealWork` only for tests that cannot wait.
 */
export function createArchive(ports: WritePorts, path: string, kind: ArchiveKind, passphrase?: Passphrase, sealWork?: number): ArchiveWriter {
  if (kind.sealed !== (passphrase !== undefined)) fail('INTERNAL', 'a sealed archive wants a passphrase, no other does', { what: 'createArchive' });
  return new Writer(ports, path, kind.format === 'zip' ? createZipForm() : createTarForm(), passphrase, sealWork);
}

class Writer implements ArchiveWriter {
  readonly #files: Files;
  readonly #path: string;
  readonly #form: ArchiveForm;
  readonly #begunNs: bigint;
  readonly #names = new MemberNames();
  readonly #budget: Budget;
  readonly #hash = createHash('sha256');
  readonly #pumped: Promise<void>;
  #fd: number | undefined;
  #bytes = 0;

  constructor(ports: WritePorts, path: string, form: ArchiveForm, passphrase: Passphrase | undefined, sealWork: number | undefined) {
    this.#files = ports.files;
    this.#path = path;
    this.#form = form;
    this.#budget = new Budget(path, defaultLimits, 0);
    this.#begunNs = ports.clock.nowNs();
    this.#fd = ports.files.open(path, 'wx', 0o600);
    const archive = form.output as AsyncIterable<Uint8Array>;
    this.#pumped = this.#pump(passphrase === undefined ? archive : seal(archive, passphrase, sealWork));
    this.#pumped.catch((error: unknown) => form.destroy(error instanceof Error ? error : new Error(String(error))));
  }

  async #pump(output: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of output) {
      if (this.#fd === undefined) return;
      this.#files.write(this.#fd, bytes, 0, bytes.length, this.#bytes);
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
    }
  }

  async file(member: MemberFacts & { size: number }, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    const { path, size } = this.#take(member, 'file');
    const hash = new Sha256(size);
    const archive = this.#path;
    async function* counted(): AsyncGenerator<Uint8Array> {
      let count = 0;
      for await (const chunk of chunks) {
        if (chunk.length === 0) continue;
        count += chunk.length;
        if (count > size) refuse(archive, path, 'it grew while it was packed');
        hash.update(chunk);
        yield Buffer.from(chunk); // the source may use its memory again while this waits to be packed
      }
      if (count < size) refuse(archive, path, 'it became shorter while it was packed');
    }
    await this.#form.file({ ...this.#facts(member, 0o644), size }, counted());
    return { path, size, sha256: hash.hex() };
  }

  async folder(member: MemberFacts): Promise<void> {
    this.#take(member, 'folder');
    await this.#form.folder(this.#facts(member, 0o755));
  }

  async symlink(member: MemberFacts & { target: string }): Promise<void> {
    this.#take(member, 'symlink');
    const problem = linkTargetProblem(member.path, member.target);
    if (problem !== undefined) refuse(this.#path, member.path, problem);
    await this.#form.symlink({ ...this.#facts(member, 0o777), target: member.target });
  }

  async hardLink(member: MemberFacts & { to: string }): Promise<boolean> {
    if (this.#names.typeOf(member.to) !== 'file') refuse(this.#path, member.path, 'it is a link to what is not in the package before it');
    if (!this.#form.hasHardLinks) return false;
    this.#take(member, 'hardlink');
    await this.#form.hardLink({ ...this.#facts(member, 0o644), to: member.to });
    return true;
  }

  async end(): Promise<{ bytes: number; sha256: string }> {
    this.#names.clear();
    await this.#form.end();
    await this.#pumped;
    const fd = this.#fd as number;
    this.#files.fsync(fd);
    this.#fd = undefined;
    this.#files.close(fd);
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  abort(): void {
    this.#form.destroy(new Error('the archive was given up'));
    this.#pumped.catch(() => undefined);
    const fd = this.#fd;
    this.#fd = undefined;
    // The failure that led here is the one that matters; what cannot be removed is swept later.
    try {
      if (fd !== undefined) this.#files.close(fd);
    } catch {
      // the descriptor is gone either way
    }
    try {
      this.#files.unlink(this.#path);
    } catch {
      // left for the sweep
    }
  }

  #take<T extends MemberFacts>(member: T, type: 'file' | 'folder' | 'symlink' | 'hardlink'): T {
    const problem = memberPathProblem(member.path) ?? addMember(this.#names, member.path, type);
    if (problem !== undefined) refuse(this.#path, member.path, problem);
    this.#budget.member(member.path);
    return member;
  }

  #facts(member: MemberFacts, mode: number): { path: string; mode: number; mtimeNs: bigint } {
    return { path: member.path, mode: member.mode ?? mode, mtimeNs: member.mtimeNs ?? this.#begunNs };
  }
}
