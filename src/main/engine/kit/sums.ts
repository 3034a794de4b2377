// A line of SHA256SUMS as `sha256sum -c` reads it: a backslash stands before a line whose name holds one, or an end of line.

/** With its end of line. `sha256`: hexadecimal. */
export function sumLine(sha256: string, path: string): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
}

/** What the line (without its end) says; undefined when it is none. */
export function readSumLine(line: string): { sha256: string; path: string } | undefined {
  const found = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line);
  if (!found) return undefined;
  const [, escape, sha256, shown] = found as unknown as [string, string, string, string];
  return { sha256, path: escape === '' ? shown : shown.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : letter)) };
}
