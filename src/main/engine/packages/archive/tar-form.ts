// tar.gz by tar-stream. (Not through archiver, which packs tar with it: once a disk has failed, archiver throws from its queue where nobody can catch
// it, and it takes `word:` off the beginning of names.) Times between seconds, before 1970 and after 2037 go into pax fields, which every tar reads;
// names that are long or not ASCII go there by themselves.
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Header, type Pack } from 'tar-stream';
import { Waits, type ArchiveForm, type FormMember } from './form.ts';

const second = 1_000_000_000n;
const gatheredBytes = 1 << 16;
const latestInHeader = 2 ** 31 - 1;

export function createTarForm(): ArchiveForm {
  const pack = createPack();
  const gzip = createGzip({ level: 6, chunkSize: 1 << 18 });
  const waits = new Waits();
  pack.on('error', (error: Error) => waits.fail(error)); // it may be given up before anybody reads it
  pipeline(Readable.from(gathered(pack as AsyncIterable<Uint8Array>), { objectMode: false }), gzip, (error) => {
    if (error) waits.fail(error);
  });

  function headers(member: FormMember, more: Partial<Header>): Partial<Header> & { name: string } {
    const seconds = Number(member.mtimeNs / second) - (member.mtimeNs % second < 0n ? 1 : 0);
    const inHeader = Math.min(Math.max(seconds, 0), latestInHeader);
    const exact = BigInt(inHeader) * second === member.mtimeNs;
    return { name: member.path, mode: member.mode, mtime: new Date(inHeader * 1000), ...(exact ? {} : { pax: { mtime: paxTime(member.mtimeNs) } }), ...more };
  }

  /** Begins a member; `done` resolves when it is in the archive. */
  function begin(header: Partial<Header> & { name: string }): { sink: ReturnType<Pack['entry']>; done: Promise<void> } {
    let written = (): void => undefined;
    const done = waits.until<void>((resolve) => (written = resolve));
    done.catch(() => undefined); // awaited by whoever began it, unless the source of the bytes fails first
    const sink = pack.entry(header as Header, (error) => (error ? waits.fail(error) : written()));
    sink.on('error', (error: Error) => waits.fail(error));
    return { sink, done };
  }

  return {
    output: gzip,
    async file(member, chunks) {
      const { sink, done } = begin(headers(member, { type: 'file', size: member.size }));
      for await (const chunk of chunks) await waits.push(sink, chunk);
      sink.end(undefined);
      await done;
    },
    folder: (member) => begin(headers(member, { type: 'directory', name: `${member.path}/` })).done,
    symlink: ({ target, ...member }) => begin(headers(member, { type: 'symlink', linkname: target })).done,
    hasHardLinks: true,
    hardLink: ({ to, ...member }) => begin(headers(member, { type: 'link', linkname: to })).done,
    async end() {
      waits.throwIfFailed();
      pack.finalize();
    },
    destroy(error) {
      waits.fail(error);
      pack.destroy(error);
      gzip.destroy();
    }
  };
}

/** In larger pieces: each costs the compressor a turn in another thread, and a small file alone comes in three. */
async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length < gatheredBytes) continue;
    yield Buffer.concat(held);
    [held, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(held);
}

/** Seconds since 1970 with as many places as it takes. */
function paxTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = (size % second).toString().padStart(9, '0').replace(/0+$/, '');
  return `${ns < 0n ? '-' : ''}${size / second}${fraction === '' ? '' : `.${fraction}`}`;
}
