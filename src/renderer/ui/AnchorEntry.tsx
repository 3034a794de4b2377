// The way to the outside anchors, with their state in words: for the place where the record's own state stands.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { isGrave, standsAgainst } from '../../contract/anchors.ts';
import { formatRelative } from '../../contract/copy/values.ts';
import { useAnchorStatus } from '../api/queries.ts';
import { Shape } from './Shape.tsx';
import { useNow, useWords } from './words.tsx';

export function AnchorEntry(): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const status = useAnchorStatus().data;
  const refused = status?.refused && isGrave(status.refused) && standsAgainst(status.refused, status.newest);
  const words = (): string => {
    if (refused) return t('anchors.entryRefused');
    if (status?.newest) return t('anchors.entryFresh', { count: status.uncovered, when: formatRelative(language, new Date(status.newest.at), now) });
    return status ? t('anchors.entryNever') : t('anchors.entry');
  };
  return (
    <Link href="/log/anchors" className="row" data-testid="anchor-entry">
      <Shape tone={refused ? 'bad' : status?.due ? 'attention' : status?.newest ? 'good' : 'unknown'} size={15} />
      <span>{words()}</span>
    </Link>
  );
}
