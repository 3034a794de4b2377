// Which preview a file gets, and a small reader of comma-separated text. Pure.

export type PreviewKind = 'text' | 'csv' | 'json' | 'image' | 'none';

const images: Readonly<Record<string, string>> = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', avif: 'image/avif', bmp: 'image/bmp', ico: 'image/x-icon', svg: 'image/svg+xml' };
const never = new Set(['zip', 'gz', 'xz', 'zst', '7z', 'tar', 'bin', 'exe', 'pdf', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'db', 'sqlite', 'parquet', 'h5', 'npy', 'npz', 'mp4', 'mov', 'mp3', 'wav', 'iso']);

function extension(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

export function previewKind(name: string): PreviewKind {
  const ending = extension(name);
  if (images[ending] !== undefined) return 'image';
  if (ending === 'csv' || ending === 'tsv') return 'csv';
  if (ending === 'json') return 'json';
  return never.has(ending) ? 'none' : 'text';
}

export function imageType(name: string): string {
  return images[extension(name)] ?? 'application/octet-stream';
}

/** A zero byte near the start means that a person cannot read it. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 4_096).includes(0);
}

/** RFC 4180 with `,` `;` or tab, whichever the first line has most of; at most `maxRows` rows. */
export function parseTable(text: string, maxRows: number): string[][] {
  const firstLine = text.slice(0, text.indexOf('\n') >>> 0);
  const separator = [',', ';', '\t'].reduce((best, candidate) => (firstLine.split(candidate).length > firstLine.split(best).length ? candidate : best), ',');
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < text.length && rows.length < maxRows; index += 1) {
    const char = text[index];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      row.push(cell.replace(/\r$/, ''));
      rows.push(row);
      row = [];
      cell = '';
    } else cell += char;
  }
  if (rows.length < maxRows && (cell !== '' || row.length > 0)) rows.push([...row, cell]);
  return rows;
}
