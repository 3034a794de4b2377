// What the parts of a package agree on: how files go into an archive and how they come out of one. Paths inside are relative, with `/`, in UTF-8.
import type { PackageFormat } from '../../../../contract/packages.ts';

export interface MemberFacts {
  path: string;
  /** Permission bits; 0o644 when not given, 0o755 for folders. */
  mode?: number | undefined;
  /** Default: the time the archive was begun. */
  mtimeNs?: bigint | undefined;
}

export interface WrittenFile {
  path: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/** Writes one archive, member after member. What throws here leaves a file that `abort` removes. */
export interface ArchiveWriter {
  /** A file of a known size, as it comes; a source that gives more or less is an error. */
  file(member: MemberFacts & { size: number }, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<WrittenFile>;
  folder(member: MemberFacts): Promise<void>;
  symlink(member: MemberFacts & { target: string }): Promise<void>;
  /** A second name of a file that is in the archive already; false where the format has no such thing: then the caller writes it again. */
  hardLink(member: MemberFacts & { to: string }): Promise<boolean>;
  /** Ends the archive; durable when it resolves. */
  end(): Promise<{ bytes: number; sha256: string }>;
  /** Closes and removes what was written. Never throws. */
  abort(): void;
}

export type MemberType = 'file' | 'folder' | 'symlink' | 'hardlink';

/** A member as it is read, its path checked: relative, without `..`, drive letters, control characters, and there once only. */
export interface ReadMember {
  path: string;
  type: MemberType;
  /** As the archive says; reading more than that is refused. 0 but for files. */
  size: number;
  mode: number;
  mtimeNs: bigint;
  /** Of a link: as it is written; of a hard link, the path of the member. */
  target: string | undefined;
  /** Content of a file; may be read once, and before the next member is asked for. */
  chunks: AsyncIterable<Uint8Array>;
}

export interface ReadLimits {
  /** Members in all. */
  members: number;
  /** Of one file, and of all together, unpacked. */
  fileBytes: number;
  totalBytes: number;
  /** Unpacked bytes for each packed one: beyond it is a bomb. */
  ratio: number;
}

/** What is asked of whoever opens or seals a package. UTF-8, Unicode form NFC. */
export type Passphrase = string;

export interface ArchiveKind {
  format: PackageFormat;
  /** Of a sealed one, the archive's own name is followed by `.age`. */
  sealed: boolean;
}
