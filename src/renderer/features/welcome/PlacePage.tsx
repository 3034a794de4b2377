// Question 2: where the copies go. A drive is best; what lies there is looked at before anything is done.
import { Button, Radio } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { joinPath, judgePlace, type Answers, type Place } from './draft.ts';
import styles from './Welcome.module.css';

interface PlacePageProps {
  answers: Answers;
  hasHome: boolean;
  neededBytes: number;
  onNext(chosen: Pick<Answers, 'place' | 'repositoryPath' | 'opensExisting'>): void;
  onSkip(): void;
  onBack(): void;
}

export function PlacePage({ answers, hasHome, neededBytes, onNext, onSkip, onBack }: PlacePageProps): ReactNode {
  const { t, bytes } = useWords();
  const client = useClient();
  const suggested = useQuery({ queryKey: ['folders', 'suggest'], queryFn: ({ signal }) => client.system.folders.suggest({}, { signal }) });
  const repositories = useRepositories(hasHome).data?.filter((repository) => repository.state === 'ready' && repository.name !== 'sample') ?? [];
  const places = suggested.data?.places ?? [];
  const [own, setOwn] = useState(answers.place?.kind === 'path' && !places.some((place) => joinPath(place.path, 'varve-copies') === answers.place?.path) ? answers.place.path : '');
  const [choice, setChoice] = useState<string>();
  const current = choice ?? (repositories[0] ? `repository:${repositories[0].id}` : places[0] ? `place:${places[0].path}` : 'own');
  const chosenPlace = places.find((place) => `place:${place.path}` === current);
  const chosenRepository = repositories.find((repository) => `repository:${repository.id}` === current);
  // A drive's or a home's top is never made into a repository itself.
  const path = chosenRepository?.path ?? (chosenPlace ? joinPath(chosenPlace.path, 'varve-copies') : own.trim());
  const [askedPath] = useDebouncedValue(path, 250);
  const probe = useQuery({ queryKey: ['probe', askedPath], queryFn: ({ signal }) => client.repositories.probe({ path: askedPath }, { signal }), enabled: askedPath !== '' && !chosenRepository, retry: false, staleTime: 0 });
  const verdict = probe.data && !chosenRepository && askedPath === path ? judgePlace(path, probe.data) : undefined;
  const free = probe.data?.freeBytes ?? chosenPlace?.freeBytes ?? null;

  const place: Place | null = chosenRepository ? { kind: 'repository', id: chosenRepository.id, name: chosenRepository.name, path: chosenRepository.path } : path === '' ? null : { kind: 'path', path };
  const ready = chosenRepository !== undefined || verdict?.usable === true;
  return (
    <>
      {suggested.isError && <ErrorNotice error={suggested.error} compact />}
      <Radio.Group value={current} onChange={setChoice} aria-label={t('hi.placeHead')}>
        <ul className={`card plain-list ${styles.rows}`} data-testid="places">
          {repositories.map((repository) => (
            <li key={repository.id}>
              <Radio className="grow" value={`repository:${repository.id}`} label={repository.name} description={<span className="mono">{visibleText(repository.path, true)}</span>} />
              {repository.freeBytes !== null && <span className="muted">{t('set.free', { size: bytes(repository.freeBytes) })}</span>}
            </li>
          ))}
          {places.map((item) => (
            <li key={item.path}>
              <Radio className="grow" value={`place:${item.path}`} label={`${visibleText(item.label, true)} (${t(`hi.place.${item.kind}`)})`} description={<span className="mono">{visibleText(joinPath(item.path, 'varve-copies'), true)}</span>} />
              <span className="muted">{t('hi.placeFree', { free: bytes(item.freeBytes), total: bytes(item.totalBytes) })}</span>
            </li>
          ))}
          <li className={styles.ownPlace}>
            <Radio value="own" label={t('hi.placeOwn')} data-testid="own-place" />
            {current === 'own' && <FolderField label={t('restore.folder')} value={own} onChange={setOwn} />}
          </li>
        </ul>
      </Radio.Group>
      <div role="status" className={styles.notes}>
        {chosenPlace?.kind === 'this-computer' && <p className="muted">{t('hi.placeSame')}</p>}
        {probe.isError && !chosenRepository && <ErrorNotice error={probe.error} compact />}
        {verdict?.note === 'restic' && (
          <p className="row">
            <Shape tone="info" size={16} /> {t('hi.placeRestic')}
          </p>
        )}
        {verdict?.note === 'other' && (
          <p className="row">
            <Shape tone="info" size={16} /> {t('hi.placeOther', { path: visibleText(verdict.repositoryPath, true) })}
          </p>
        )}
        {verdict?.note === 'missing' && current === 'own' && <p className="muted">{t('hi.placeMissing')}</p>}
        {verdict?.note === 'bad' && (
          <p className="row">
            <Shape tone="bad" size={16} /> {t('hi.placeBad')}
          </p>
        )}
        {free !== null && neededBytes > free && (
          <p className="row">
            <Shape tone="attention" size={16} /> {t('hi.placeSpace', { need: bytes(neededBytes), free: bytes(free) })}
          </p>
        )}
      </div>
      <div className={styles.buttons}>
        <Button disabled={!ready} onClick={() => onNext({ place, repositoryPath: verdict?.repositoryPath ?? path, opensExisting: verdict?.opensExisting ?? false })}>
          {t('word.next')}
        </Button>
        <Button variant="subtle" onClick={onSkip}>
          {t('word.skip')}
        </Button>
        <span className="grow" />
        <Button variant="default" onClick={onBack}>
          {t('word.back')}
        </Button>
      </div>
    </>
  );
}
