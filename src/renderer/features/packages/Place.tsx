// Where packages go and how many stay, when nothing else is said; each change is kept at once.
import { Button, NumberInput, Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Settings } from '../../../contract/system.ts';
import { useClient, useSaveSettings, useSettings } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { usePackagePlace } from './queries.ts';
import styles from './Packages.module.css';

export function Place(): ReactNode {
  const { t, bytes } = useWords();
  const place = usePackagePlace();
  const settings = useSettings().data?.packages;
  const [changing, setChanging] = useState(false);
  const change = useRef<HTMLButtonElement>(null);
  const saved = (): void => {
    setChanging(false);
    change.current?.focus(); // what had the focus is gone
  };
  if (place.isError) return <ErrorNotice error={place.error} onRetry={() => void place.refetch()} />;
  if (!place.data || !settings) return null;
  const { folder, exists, sameDrive, freeBytes } = place.data;
  return (
    <section className={`card ${styles.place}`} aria-label={t('packages.place')} data-testid="package-place">
      <div className={styles.placeLine}>
        <Shape tone={sameDrive ? 'attention' : 'good'} size={18} />
        <div className="grow">
          <p className="strong">
            {t('packages.goTo')} <span className="mono">{visibleText(folder, true)}</span>
          </p>
          <p className="muted">
            {sameDrive ? t('packages.sameDrive') : t('packages.otherDrive')} {t('packages.free', { size: bytes(freeBytes) })} {!exists && t('packages.willBeMade')}
          </p>
          <p className="muted">
            {t('packages.keepSaid', { count: settings.keep })} {settings.onQuit ? t('packages.onQuitSaid') : ''} {settings.secret === '' ? '' : t('packages.secretSaid', { name: settings.secret })}
          </p>
        </div>
        <Button ref={change} variant="default" aria-expanded={changing} onClick={() => setChanging(!changing)} data-testid="change-place">
          {t(changing ? 'word.close' : 'packages.change')}
        </Button>
      </div>
      {changing && <Change settings={settings} onSaved={saved} />}
    </section>
  );
}

function Change({ settings, onSaved }: { settings: Settings['packages']; onSaved(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const save = useSaveSettings();
  const [folder, setFolder] = useState(settings.folder);
  const [keep, setKeep] = useState<number | string>(settings.keep);
  const secrets = useQuery({ queryKey: ['secrets', 'list'], queryFn: ({ signal }) => client.secrets.list({}, { signal }) });
  const change = (packages: Partial<Settings['packages']>, then?: () => void): void => save.mutate({ packages } as never, { onSuccess: () => then?.() });
  return (
    <div className={styles.change}>
      <FolderField label={t('packages.folder')} description={t('packages.folderSub')} value={folder} onChange={setFolder} />
      <div className={styles.pair}>
        <NumberInput label={t('packages.keep')} description={t('packages.keepSub')} inputWrapperOrder={['label', 'input', 'error', 'description']} min={1} max={10_000} allowDecimal={false} value={keep} onChange={setKeep} />
        <Select
          label={t('packages.secret')}
          description={t('packages.secretSub')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          data={[{ value: '', label: t('packages.noSecret') }, ...(secrets.data?.secrets ?? []).map(({ name }) => ({ value: name, label: name }))]}
          value={settings.secret}
          onChange={(value) => change({ secret: value ?? '' })}
          allowDeselect={false}
        />
      </div>
      <Switch label={t('packages.onQuit')} description={t('packages.onQuitSub')} checked={settings.onQuit} onChange={(event) => change({ onQuit: event.currentTarget.checked })} />
      <div className="row">
        <Button disabled={typeof keep !== 'number' || (folder === settings.folder && keep === settings.keep)} loading={save.isPending} onClick={() => change({ folder: folder.trim(), keep: Number(keep) }, onSaved)} data-testid="save-place">
          {t('packages.save')}
        </Button>
      </div>
      {save.isError && <ErrorNotice error={save.error} compact />}
    </div>
  );
}
