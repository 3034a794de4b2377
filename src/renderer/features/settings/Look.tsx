// Language, colours, single-letter keys, and in the desktop app tray and start.
import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Settings } from '../../../contract/system.ts';
import type { Language } from '../../../contract/ids.ts';
import { useCell } from '../../api/cell.ts';
import { useEngine } from '../../api/engine.tsx';
import { usePreferences } from '../../api/preferences-context.ts';
import { useSaveSettings, useSettings } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { Section } from './Section.tsx';
import styles from './Settings.module.css';

export function Look(): ReactNode {
  const { t } = useWords();
  const preferences = usePreferences();
  const { language, letterKeys } = useCell(preferences);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const save = useSaveSettings();
  return (
    <Section id="look" title={t('set.look')}>
      <div className={`card ${styles.rows}`}>
        <div className={styles.row}>
          <span className="grow">{t('set.language')}</span>
          <SegmentedControl
            aria-label={t('set.language')}
            value={language}
            data={[
              { value: 'system', label: t('set.languageSystem') },
              { value: 'en', label: 'English' },
              { value: 'pt-BR', label: 'Português (Brasil)' }
            ]}
            onChange={(value) => {
              const chosen = value as Language | 'system';
              preferences.update((before) => ({ ...before, language: chosen }));
              save.mutate({ language: chosen });
            }}
          />
        </div>
        <div className={styles.row}>
          <span className="grow">{t('set.theme')}</span>
          <SegmentedControl
            aria-label={t('set.theme')}
            value={colorScheme}
            data={[
              { value: 'auto', label: t('set.themeSystem') },
              { value: 'light', label: t('set.themeLight') },
              { value: 'dark', label: t('set.themeDark') }
            ]}
            onChange={(value) => {
              const scheme = value as 'auto' | 'light' | 'dark';
              setColorScheme(scheme);
              save.mutate({ theme: scheme === 'auto' ? 'system' : scheme });
            }}
          />
        </div>
        <div className={styles.row}>
          <Switch className="grow" labelPosition="left" label={t('set.keys')} description={t('set.keysSub')} checked={letterKeys} onChange={(event) => preferences.update((before) => ({ ...before, letterKeys: event.currentTarget.checked }))} styles={{ body: { justifyContent: 'space-between' } }} />
        </div>
      </div>
      {save.isError && <ErrorNotice error={save.error} compact />}
    </Section>
  );
}

export function Desktop(): ReactNode {
  const { t } = useWords();
  const { line } = useEngine();
  const settings = useSettings().data;
  const save = useSaveSettings();
  if (line.host !== 'desktop' || !settings) return null;
  const tray = settings.closeToTray === 'system' ? window.varve?.platform !== 'linux' : settings.closeToTray === 'on';
  const change = (next: Partial<Settings>): void => save.mutate(next);
  return (
    <Section id="desktop" title={t('set.desktop')}>
      <div className={`card ${styles.rows}`}>
        <div className={styles.row}>
          <Switch
            className="grow"
            labelPosition="left"
            label={t('set.closeToTray')}
            checked={tray}
            onChange={(event) => {
              change({ closeToTray: event.currentTarget.checked ? 'on' : 'off' });
            }}
            styles={{ body: { justifyContent: 'space-between' } }}
          />
        </div>
        <div className={styles.row}>
          <Switch className="grow" labelPosition="left" label={t('set.openAtLogin')} checked={settings.openAtLogin} onChange={(event) => change({ openAtLogin: event.currentTarget.checked })} styles={{ body: { justifyContent: 'space-between' } }} />
        </div>
      </div>
      {save.isError && <ErrorNotice error={save.error} compact />}
    </Section>
  );
}
