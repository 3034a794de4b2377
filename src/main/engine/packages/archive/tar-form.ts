// tar.gz by `archiver`. Times between seconds and before 1970 or after 2037 go into pax fields, which every tar reads; names that are long or not
// ASCII go there by themselves. archiver would take `word:` off the beginning of a name: none of ours begins so, and it is refused if one does.
import { PassThrough, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { TarArchive, type EntryData } from 'archiver';
import { fail } from '../../kit/errors.ts';
import { Waits, type ArchiveForm, type FormMember } from './form.ts';

/** As archiver hands it on to tar-stream. */
interface TarEntry extends Omit<EntryData, 'type'> {
  type: 'file' | 'directory' | 'symlink' | 'link';
  linkname?: string;
  pax?: Record<string, string>;
}

const second = 1_000_000_000n;
const latestInHeader = 2 ** 31 - 1;

export function createTarForm(): ArchiveForm {
  const archive = new TarArchive({ highWaterMark: 1 << 20 });
  const gzip = createGzip({ level: 6, chunkSize: 1 << 18 });
  const waits = new Waits();
  archive.on('error', (error: Error) => waits.fail(error));
  archive.on('warning', (error: Error) => waits.fail(error));
  pipeline(archive, gzip, (error) => {
    if (error) waits.fail(error);
  });

  function entry(member: FormMember, more: Partial<TarEntry> & { type: TarEntry['type'] }): EntryData {
    if (/^\w+:/.test(member.path)) fail('INTERNAL', `a package cannot hold ${member.path} at its top`, { what: 'a name at the top of a package holds a colon' });
    const seconds = Number(member.mtimeNs / second) - (member.mtimeNs % second < 0n ? 1 : 0);
    const inHeader = Math.min(Math.max(seconds, 0), latestInHeader);
    const exact = BigInt(inHeader) * second === member.mtimeNs;
    const data: TarEntry = { name: member.path, mode: member.mode, date: new Date(inHeader * 1000), ...(exact ? {} : { pax: { mtime: paxTime(member.mtimeNs) } }), ...more };
    return data as EntryData;
  }

  const written = (begin: () => void): Promise<void> =>
    waits.until((done) => {
      archive.once('entry', () => done());
      begin();
    });
  const withoutContent = (data: EntryData): Promise<void> => written(() => archive.append(Buffer.alloc(0), data));

  return {
    output: gzip,
    async file(member, chunks) {
      const data = { ...entry(member, { type: 'file' }), stats: { size: member.size } as never };
      const source = new PassThrough();
      const done = written(() => archive.append(source, data));
      done.catch(() => undefined); // what the source of the bytes says is the cause; the archive then only knows that something is missing
      for await (const chunk of chunks) await waits.push(source, chunk);
      source.end();
      await done;
    },
    folder: (member) => withoutContent(entry(member, { type: 'directory' })),
    symlink: ({ target, ...member }) => withoutContent(entry(member, { type: 'symlink', linkname: target })),
    hasHardLinks: true,
    hardLink: ({ to, ...member }) => withoutContent(entry(member, { type: 'link', linkname: to })),
    async end() {
      waits.throwIfFailed();
      archive.finalize().catch((error: Error) => waits.fail(error));
    },
    destroy(error) {
      waits.fail(error);
      archive.abort();
      archive.destroy();
      gzip.destroy();
    }
  };
}

/** Seconds since 1970 with as many places as it takes. */
function paxTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = (size % second).toString().padStart(9, '0').replace(/0+$/, '');
  return `${ns < 0n ? '-' : ''}${size / second}${fraction === '' ? '' : `.${fraction}`}`;
}
