// A new package: of what, as what, where to, sealed or not.
import { Button, Modal, PasswordInput, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { formatExact } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { PackageFormat, PackageKind, PackageSource } from '../../../contract/packages.ts';
import { useClient, useSnapshots } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { isStrongEnough } from '../../ui/passphrase.ts';
import { useWords } from '../../ui/words.tsx';
import styles from './Packages.module.css';

export function MakeDialog({ snapshot: given, onClose }: { snapshot?: string; onClose(): void }): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const snapshots = useSnapshots().data?.snapshots ?? [];
  const [kind, setKind] = useState<PackageKind>(given === undefined ? 'log' : 'snapshot');
  const [snapshot, setSnapshot] = useState(given ?? '');
  const [folder, setFolder] = useState('');
  const [format, setFormat] = useState<PackageFormat>('zip');
  const [to, setTo] = useState('');
  const [name, setName] = useState('');
  const [sealing, setSealing] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const source: PackageSource = kind === 'log' ? { kind } : kind === 'snapshot' ? { kind, snapshot: snapshot || snapshots[0]?.id || '', paths: [] } : { kind, path: folder };
  const make = useMutation({
    mutationFn: () => client.packages.create({ source, ...(kind !== 'log' && { format }), ...(to.trim() !== '' && { folder: to.trim() }), ...(kind !== 'log' && name.trim() !== '' && { name: name.trim() }), ...(sealing && { key: { passphrase } }) }),
    gcTime: 0, // what was typed is not kept about
    onSuccess: onClose
  });
  const ready = (kind !== 'folder' || folder.trim() !== '') && (kind !== 'snapshot' || snapshots.length > 0 || snapshot !== '') && (!sealing || (isStrongEnough(passphrase) && passphrase === again));
  return (
    <Modal opened onClose={onClose} title={t('packages.make')} size={560} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="make-dialog">
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !make.isPending) make.mutate();
        }}
      >
        <SegmentedControl aria-label={t('packages.ofWhat')} value={kind} onChange={(value) => setKind(value as PackageKind)} data={(['log', 'snapshot', 'folder'] as const).map((value) => ({ value, label: t(`packages.kind.${value}`) }))} data-testid="package-kind" />
        <p className="muted">{t(`packages.kindSub.${kind}`)}</p>
        {kind === 'snapshot' && (
          <Select
            label={t('packages.snapshot')}
            searchable
            data={snapshots.slice(0, 500).map((each) => ({ value: each.id, label: `${visibleText(each.planName ?? each.repositoryName, true)}, ${formatExact(language, new Date(each.time))}` }))}
            value={snapshot || snapshots[0]?.id || null}
            onChange={(value) => setSnapshot(value ?? '')}
          />
        )}
        {kind === 'folder' && <FolderField label={t('packages.source')} value={folder} onChange={setFolder} />}
        {kind !== 'log' && (
          <div className={styles.pair}>
            <Select label={t('packages.format')} data={[{ value: 'zip', label: t('packages.zip') }, { value: 'tar.gz', label: t('packages.tar') }]} value={format} onChange={(value) => value !== null && setFormat(value as PackageFormat)} allowDeselect={false} />
            <TextInput label={t('packages.name')} description={t('packages.nameSub')} inputWrapperOrder={['label', 'input', 'error', 'description']} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          </div>
        )}
        <FolderField label={t('packages.to')} description={t('packages.toSub')} value={to} onChange={setTo} />
        <Switch label={t('packages.seal')} description={t('packages.sealSub')} checked={sealing} onChange={(event) => setSealing(event.currentTarget.checked)} data-testid="seal" />
        {sealing && (
          <div className={styles.pair}>
            <PasswordInput label={t('packages.passphrase')} value={passphrase} onChange={(event) => setPassphrase(event.currentTarget.value)} autoComplete="new-password" error={passphrase !== '' && !isStrongEnough(passphrase) ? t('packages.weak') : undefined} />
            <PasswordInput label={t('packages.again')} value={again} onChange={(event) => setAgain(event.currentTarget.value)} autoComplete="new-password" error={again !== '' && again !== passphrase ? t('packages.differs') : undefined} />
          </div>
        )}
        {sealing && <p className="muted">{t('packages.sealWarn')}</p>}
        {make.isError && <ErrorNotice error={make.error} compact />}
        <div className="row">
          <Button type="submit" disabled={!ready} loading={make.isPending} data-testid="make-do">
            {t('packages.makeDo')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('word.cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
