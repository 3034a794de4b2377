// Going to one entry, by its number or a link, or to a moment.
import { Button, Popover, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useWords } from '../../ui/words.tsx';
import { entryNumberIn, instantOf } from './filter.ts';
import styles from './Log.module.css';

interface GoToProps {
  open: boolean;
  onOpen(open: boolean): void;
  onEntry(seq: number): void;
  /** Resolves false when no entry is that old. */
  onMoment(at: string): Promise<boolean>;
}

export function GoTo({ open, onOpen, onEntry, onMoment }: GoToProps): ReactNode {
  const { t } = useWords();
  const [number, setNumber] = useState('');
  const [moment, setMoment] = useState('');
  const [problem, setProblem] = useState<'review.gotoBad' | 'review.gotoNothing'>();
  const close = (): void => {
    onOpen(false);
    setProblem(undefined);
    setNumber('');
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const at = instantOf(moment);
    if (number.trim() === '' && at !== undefined) {
      void onMoment(at).then((found) => (found ? close() : setProblem('review.gotoNothing')));
      return;
    }
    const seq = entryNumberIn(number);
    if (seq === undefined) return setProblem('review.gotoBad');
    onEntry(seq);
    close();
  };
  return (
    <Popover opened={open} onChange={onOpen} position="bottom-end" width={290} shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button variant="default" onClick={() => onOpen(!open)} aria-keyshortcuts="g">
          {t('review.goto')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={12} aria-label={t('review.goto')}>
        <form className={styles.facet} onSubmit={submit}>
          <TextInput data-autofocus label={t('review.gotoNumber')} value={number} error={problem && t(problem)} onChange={(event) => (setNumber(event.currentTarget.value), setProblem(undefined))} />
          <label className={styles.moment}>
            <span>{t('review.gotoMoment')}</span>
            <input type="datetime-local" value={moment} onChange={(event) => (setMoment(event.currentTarget.value), setProblem(undefined))} />
          </label>
          <div>
            <Button type="submit">{t('review.gotoGo')}</Button>
          </div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
