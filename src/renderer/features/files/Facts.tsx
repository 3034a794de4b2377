// What is told of a file wherever it is shown: how large it is, when it was changed, and which snapshots saw it last and first.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { formatExact } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { HistoryVersion } from '../../../contract/history.ts';
import { Moment, useWords, type Words } from '../../ui/words.tsx';

export function kindOrSize({ t, bytes }: Words, { type, sizeBytes, linkTarget }: Pick<HistoryVersion, 'type' | 'sizeBytes'> & { linkTarget?: string | null }): string {
  if (type === 'file') return bytes(sizeBytes);
  if (type === 'dir') return t('files.type.dir');
  if (type !== 'symlink') return t('files.type.other');
  return linkTarget === null || linkTarget === undefined ? t('files.type.link') : t('files.type.symlink', { target: visibleText(linkTarget, true) });
}

/** Of one content of it; for a list of facts. */
export function ContentFacts({ of }: { of: Parameters<typeof kindOrSize>[1] & { modifiedAt: string } }): ReactNode {
  const words = useWords();
  return (
    <>
      <dt>{words.t('files.size')}</dt>
      <dd>{kindOrSize(words, of)}</dd>
      <dt>{words.t('files.changed')}</dt>
      <dd>{formatExact(words.language, new Date(of.modifiedAt))}</dd>
    </>
  );
}

interface Seen {
  id: string;
  at: string;
}

/** The newest and the oldest snapshot; for a list of facts. */
export function SeenFacts({ newest, oldest }: { newest: Seen; oldest: Seen }): ReactNode {
  const { t, language } = useWords();
  return (
    <>
      <dt>{t('files.lastSeen')}</dt>
      <dd>
        <Link href={`/snapshots/${newest.id}`}>{formatExact(language, new Date(newest.at))}</Link> (<Moment at={newest.at} />)
      </dd>
      <dt>{t('files.firstSeen')}</dt>
      <dd>
        <Link href={`/snapshots/${oldest.id}`}>{formatExact(language, new Date(oldest.at))}</Link>
      </dd>
    </>
  );
}
