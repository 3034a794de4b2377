// From when on something is told: room on a drive, and failed runs in a row for a ticket.
import { Button, NumberInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { useAlertSettings, useSay } from './queries.ts';
import styles from './Alerts.module.css';

const gigabyte = 1_000_000_000;

interface Typed {
  low: number | string;
  full: number | string;
  tickets: number | string;
}

export function Limits(): ReactNode {
  const { t, language } = useWords();
  const known = useAlertSettings().data;
  const save = useSay();
  const [typed, setTyped] = useState<Typed>();
  if (known === undefined) return null;
  const { low, full, tickets } = typed ?? { low: known.lowBytes / gigabyte, full: known.fullBytes / gigabyte, tickets: known.ticketAfter };
  const set = (change: Partial<Typed>): void => {
    save.reset();
    setTyped({ low, full, tickets, ...change });
  };
  const ready = [low, full, tickets].every((value) => value !== '' && Number.isFinite(Number(value)));
  const separator = language === 'en' ? '.' : ',';
  const number = (name: keyof Typed, value: number | string, label: string, suffix: string, bounds: { min: number; max: number; decimalScale: number }): ReactNode => (
    <NumberInput label={label} value={value} suffix={suffix} {...bounds} decimalSeparator={separator} allowNegative={false} hideControls onChange={(next) => set({ [name]: next })} data-testid={`limit-${name}`} />
  );
  return (
    <section className={`card ${styles.channels}`} aria-labelledby="limits-title">
      <h2 id="limits-title">{t('limits.title')}</h2>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate((client) => client.alerts.settings.set({ lowBytes: Math.round(Number(low) * gigabyte), fullBytes: Math.round(Number(full) * gigabyte), ticketAfter: Number(tickets) }), { onSuccess: () => setTyped(undefined) });
        }}
      >
        <div className={styles.fields}>
          {number('low', low, t('limits.low'), ' GB', { min: 0, max: 1_000_000, decimalScale: 3 })}
          {number('full', full, t('limits.full'), ' GB', { min: 0, max: 1_000_000, decimalScale: 3 })}
          {number('tickets', tickets, t('limits.tickets'), '', { min: 1, max: 100, decimalScale: 0 })}
        </div>
        <p className="muted">{t('limits.hint')}</p>
        <div className={styles.actions}>
          <Button type="submit" variant="default" disabled={!ready} loading={save.isPending} data-testid="limits-save">
            {t('limits.save')}
          </Button>
          {save.isSuccess && typed === undefined && <p role="status">{t('channels.quietSaved')}</p>}
        </div>
        {save.isError && <ErrorNotice error={save.error} compact />}
      </form>
    </section>
  );
}
