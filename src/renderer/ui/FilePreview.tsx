// A look into one file of a snapshot: text, table, JSON or picture, up to a limit; anything else says what to do instead.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { TreeEntry } from '../../contract/snapshots.ts';
import { useClient } from '../api/queries.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { imageType, looksBinary, parseTable, previewKind } from './preview-kind.ts';
import { useWords } from './words.tsx';
import styles from './FilePreview.module.css';

const mostText = 262_144;
const mostImage = 16_777_216;
const pieceBytes = 1_048_576;
const mostRows = 200;
const mostColumns = 40;

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

async function readStart(client: VarveClient, snapshot: string, path: string, limit: number, signal: AbortSignal): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (;;) {
    const piece = await client.snapshots.read({ snapshot, path, offset, length: Math.min(pieceBytes, limit - offset) }, { signal });
    const bytes = decodeBase64(piece.data);
    pieces.push(bytes);
    offset += bytes.length;
    if (piece.end || offset >= limit || bytes.length === 0) return { bytes: new Uint8Array(await new Blob(pieces).arrayBuffer()), whole: piece.end };
  }
}

function Picture({ bytes, name }: { bytes: Uint8Array<ArrayBuffer>; name: string }): ReactNode {
  const { t } = useWords();
  const [url, setUrl] = useState<string>();
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type: imageType(name) }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, name]);
  if (broken) return <p>{t('preview.none')}</p>;
  return url === undefined ? null : <img className={styles.picture} src={url} alt={t('preview.image', { name: visibleText(name, true) })} onError={() => setBroken(true)} />;
}

function Table({ text }: { text: string }): ReactNode {
  const { t } = useWords();
  const rows = useMemo(() => parseTable(text, mostRows + 1), [text]);
  const [head = [], ...body] = rows;
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('word.details')}>
        <table className={styles.table}>
          <thead>
            <tr>
              {head.slice(0, mostColumns).map((cell, index) => (
                <th key={index} scope="col">
                  {visibleText(cell)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row, index) => (
              <tr key={index}>
                {row.slice(0, mostColumns).map((cell, column) => (
                  <td key={column}>{visibleText(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > mostRows && <p className="muted">{t('preview.rows', { shown: mostRows })}</p>}
    </>
  );
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Cut off or not JSON after all: shown as it is.
    return text;
  }
}

/** What is in the file, as far as it can be shown. */
export function FileContent({ snapshotId, entry }: { snapshotId: string; entry: Pick<TreeEntry, 'name' | 'path' | 'sizeBytes'> }): ReactNode {
  const { t, bytes: inBytes } = useWords();
  const client = useClient();
  const kind = previewKind(entry.name);
  const tooBig = kind === 'image' && entry.sizeBytes > mostImage;
  const content = useQuery({
    queryKey: ['preview', snapshotId, entry.path],
    queryFn: ({ signal }) => readStart(client, snapshotId, entry.path, kind === 'image' ? mostImage : mostText, signal),
    enabled: kind !== 'none' && !tooBig && entry.sizeBytes > 0,
    gcTime: 60_000
  });
  if (entry.sizeBytes === 0) return <p>{t('preview.empty')}</p>;
  if (tooBig) return <p>{t('preview.tooBig', { size: inBytes(entry.sizeBytes) })}</p>;
  if (kind === 'none') return <p>{t('preview.none')}</p>;
  if (content.isError) return <ErrorNotice error={content.error} onRetry={() => void content.refetch()} />;
  if (!content.data) return <p className="muted">{t('word.loading')}…</p>;
  const { bytes, whole } = content.data;
  if (kind === 'image') return <Picture bytes={bytes} name={entry.name} />;
  if (looksBinary(bytes)) return <p>{t('preview.none')}</p>;
  const text = new TextDecoder().decode(bytes);
  return (
    <>
      {kind === 'csv' ? (
        <Table text={text} />
      ) : (
        <pre className={styles.text} tabIndex={0}>
          {visibleText(kind === 'json' ? prettyJson(text) : text)}
        </pre>
      )}
      {!whole && <p className="muted">{t('preview.cut', { shown: inBytes(bytes.length), size: inBytes(entry.sizeBytes) })}</p>}
    </>
  );
}

/** `actions`: what can be done with the file. */
export function FilePreview({ snapshotId, entry, actions, onClose }: { snapshotId: string; entry: TreeEntry; actions?: ReactNode; onClose(): void }): ReactNode {
  const { t, bytes } = useWords();
  return (
    <Modal opened onClose={onClose} size="min(860px, 92vw)" closeButtonProps={{ 'aria-label': t('word.close') }} title={t('preview.title', { name: entry.label })} data-testid="preview">
      <div className={styles.content}>
        <p className="muted">
          <span className="mono">{visibleText(entry.path, true)}</span>, {bytes(entry.sizeBytes)}
        </p>
        {actions !== undefined && <div className="row">{actions}</div>}
        <FileContent snapshotId={snapshotId} entry={entry} />
      </div>
    </Modal>
  );
}
