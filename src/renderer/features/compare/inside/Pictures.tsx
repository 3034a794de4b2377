// Two pictures: one over the other with a slider between them, or side by side.
import { SegmentedControl } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import type { Inside, InsideFacts } from '../../../../contract/inside.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { useWords } from '../../../ui/words.tsx';
import { usePicture } from './queries.ts';
import styles from './Inside.module.css';

const types: Readonly<Record<string, string>> = { PNG: 'image/png', JPEG: 'image/jpeg', GIF: 'image/gif', WebP: 'image/webp', BMP: 'image/bmp' };

function useObjectUrl(bytes: Uint8Array<ArrayBuffer> | undefined, format: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (bytes === undefined) return undefined;
    const made = URL.createObjectURL(new Blob([bytes], { type: types[format] ?? 'application/octet-stream' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, format]);
  return url;
}

const mostBytes = 16 * 1024 * 1024;

export function Pictures({ inside, facts }: { inside: Inside; facts: Extract<InsideFacts, { kind: 'image' }> }): ReactNode {
  const { t } = useWords();
  if (Math.max(inside.before.sizeBytes, inside.after.sizeBytes) > mostBytes) return <p>{t('inside.pictureTooBig')}</p>;
  return <Both inside={inside} facts={facts} />;
}

function Both({ inside, facts }: { inside: Inside; facts: Extract<InsideFacts, { kind: 'image' }> }): ReactNode {
  const { t } = useWords();
  const [way, setWay] = useState('overlay');
  const [share, setShare] = useState(50);
  const [before, after] = [usePicture(inside.id, 'before'), usePicture(inside.id, 'after')];
  const [urlBefore, urlAfter] = [useObjectUrl(before.data, facts.before.format), useObjectUrl(after.data, facts.after.format)];
  const failure = before.error ?? after.error;
  if (failure) return <ErrorNotice error={failure} />;
  if (urlBefore === undefined || urlAfter === undefined) return <p className="muted">{t('inside.loading')}</p>;
  return (
    <div className={styles.pictures} data-testid="inside-pictures">
      <SegmentedControl value={way} onChange={setWay} data={[{ value: 'overlay', label: t('inside.overlay') }, { value: 'side', label: t('inside.sideBySide') }]} />
      {way === 'side' ? (
        <div className={styles.sides}>
          <img src={urlBefore} alt={t('inside.pictureBefore')} />
          <img src={urlAfter} alt={t('inside.pictureAfter')} />
        </div>
      ) : (
        <>
          <div className={styles.overlay}>
            <img src={urlBefore} alt={t('inside.pictureBefore')} />
            <img src={urlAfter} alt={t('inside.pictureAfter')} style={{ clipPath: `inset(0 0 0 ${100 - share}%)` }} />
            <span className={styles.edge} style={{ left: `${100 - share}%` }} aria-hidden />
          </div>
          <input className={styles.range} type="range" min={0} max={100} value={100 - share} aria-label={t('inside.slider')} aria-valuetext={`${share} %`} onChange={(event) => setShare(100 - Number(event.currentTarget.value))} />
        </>
      )}
    </div>
  );
}
