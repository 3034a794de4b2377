// One entry on both sides: what is different, and a look into the file as it was and as it is.
import { Button, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Change, ComparedSide, EntryFacts } from '../../../contract/compare.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { TreeEntry } from '../../../contract/snapshots.ts';
import { FilePreview } from '../../ui/FilePreview.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { InsideView } from './inside/InsideView.tsx';
import type { InsideQuestion } from './inside/queries.ts';
import { halfOf } from './likeness.ts';
import { PairChooser } from './PairChooser.tsx';
import { sideTitle, topOf } from './sides.ts';
import styles from './Compare.module.css';

interface Look {
  snapshotId: string;
  entry: TreeEntry;
}

/** What a preview needs to know of a file. */
function entryOf(path: string, label: string, facts: EntryFacts): TreeEntry {
  return { name: path.slice(path.lastIndexOf('/') + 1), label: label.slice(label.lastIndexOf('/') + 1), path, type: facts.type, sizeBytes: facts.sizeBytes, modifiedAt: facts.modifiedAt, mode: facts.mode, user: '', group: '', linkTarget: facts.linkTarget };
}

/** Both are files with another content, or a new and a gone one that somebody put side by side: `undefined` for all else. */
function questionOf(change: Change, half: Change | undefined, from: ComparedSide, to: ComparedSide): InsideQuestion | undefined {
  if (from.kind !== 'snapshot') return undefined;
  const both = change.kind === 'content' && change.before?.type === 'file' && change.after?.type === 'file';
  if (!both && half === undefined) return undefined;
  const [path, toPath] = half === undefined ? [change.path, change.path] : change.kind === 'added' ? [half.path, change.path] : [change.path, half.path];
  return { from: from.snapshot.id, to: to.kind === 'live' ? null : to.snapshot.id, path, toPath, ...(to.kind === 'live' && to.trial && { trial: to.trial.id }) };
}

/** `comparison`: its id, with which a live file is looked at anew. */
export function ChangeDialog({ comparison, change, from, to, onClose }: { comparison: string; change: Change; from: ComparedSide; to: ComparedSide; onClose(): void }): ReactNode {
  const words = useWords();
  const { t, bytes, language } = words;
  const [look, setLook] = useState<Look>();
  const [half, setHalf] = useState<Change>();
  if (look !== undefined) return <FilePreview snapshotId={look.snapshotId} entry={look.entry} onClose={() => setLook(undefined)} />;
  const question = questionOf(change, half, from, to);
  const kind = halfOf(change);
  const beforePath = change.kind === 'moved' && change.before === null ? change.other : change.kind === 'added' ? half?.path : change.path;
  const sides = [
    { side: from, facts: change.before ?? half?.before ?? null, path: `${topOf(to)}${beforePath ?? change.path}` },
    { side: to, facts: change.after ?? half?.after ?? null, path: change.kind === 'removed' ? (half?.path ?? change.path) : change.path }
  ];
  const rows: [string, (facts: EntryFacts) => string][] = [
    [t('compare.fact.size'), (facts) => bytes(facts.sizeBytes)],
    [t('compare.fact.time'), (facts) => formatExact(language, new Date(facts.modifiedAt))],
    [t('compare.fact.mode'), (facts) => facts.mode],
    [t('compare.fact.owner'), (facts) => facts.owner],
    [t('compare.fact.link'), (facts) => facts.linkTarget ?? '']
  ];
  const told = rows.filter(([, read]) => sides.some(({ facts }) => facts !== null && read(facts) !== ''));
  return (
    <Modal opened onClose={onClose} size={question === undefined ? 'min(760px, 92vw)' : 'min(1240px, 96vw)'} closeButtonProps={{ 'aria-label': t('word.close') }} title={<span className="mono">{change.label}</span>} data-testid="change">
      {change.suspect && (
        <p className={styles.suspect}>
          <Shape tone="attention" size={16} /> {t('compare.suspectSub')}
        </p>
      )}
      <table className={styles.facts}>
        <thead>
          <tr>
            <td aria-hidden="true">&nbsp;</td>
            {sides.map(({ side }, i) => (
              <th key={i} scope="col">
                {sideTitle(words, side)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map(([name, read]) => {
            const [a, b] = sides.map(({ facts }) => (facts === null ? t('compare.fact.none') : read(facts)));
            return (
              <tr key={name} data-differs={a !== b || undefined}>
                <th scope="row">{name}</th>
                <td>{a}</td>
                <td>{b}</td>
              </tr>
            );
          })}
          {sides.some(({ side, facts }) => facts?.type === 'file' && side.kind === 'snapshot') && (
            <tr>
              <th scope="row">{t('compare.fact.content')}</th>
              {sides.map(({ side, facts, path }, i) => (
                <td key={i}>
                  {facts?.type === 'file' && side.kind === 'snapshot' && (
                    <Button variant="default" size="compact-sm" onClick={() => setLook({ snapshotId: side.snapshot.id, entry: entryOf(path, path, facts) })}>
                      {t(i === 0 ? 'compare.lookBefore' : 'compare.lookAfter')}
                    </Button>
                  )}
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
      {kind !== undefined && <PairChooser comparison={comparison} change={change} kind={kind} chosen={half} onChoose={setHalf} />}
      {question !== undefined && <InsideView key={half?.path} question={question} run={comparison} />}
    </Modal>
  );
}
