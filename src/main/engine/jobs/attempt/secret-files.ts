// Secrets that a program gets as files (10.7): mode 0600 in a folder of mode 0700, made before the start, removed at the end, whoever sees it.
import { join } from 'node:path';
import type { Files } from '../../ports.ts';
import { filesOf, type ShimRequest } from './protocol.ts';

export function makeSecretFiles(files: Files, { output, secretFiles = [] }: ShimRequest): void {
  if (secretFiles.length === 0) return;
  const folder = filesOf(output).secrets;
  files.mkdir(folder, 0o700);
  for (const { name, value } of secretFiles) {
    const bytes = Buffer.from(value);
    const fd = files.open(join(folder, name), 'wx', 0o600);
    try {
      files.write(fd, bytes, 0, bytes.length, 0);
    } finally {
      files.close(fd);
    }
  }
}

/** Quiet when they are gone already. What cannot be removed now is removed by the next look at the attempt. */
export function removeSecretFiles(files: Files, output: string): void {
  try {
    files.removeTree(filesOf(output).secrets);
  } catch {
    // the next look tries again
  }
}
