// A channel that is changed, in a window. Its password stays as it is unless another one is typed or it is to go.
import { useState, type ReactNode } from 'react';
import type { Channel } from '../../../contract/alerts.ts';
import { useWords } from '../../ui/words.tsx';
import { draftOfChannel, secretOfDraft, targetOf } from './channel-draft.ts';
import { ChannelFields } from './ChannelFields.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { useSay } from './queries.ts';

export function EditChannel({ channel, others, onClose }: { channel: Channel; others: readonly string[]; onClose(): void }): ReactNode {
  const { t } = useWords();
  const save = useSay();
  const [draft, setDraft] = useState(() => draftOfChannel(channel));
  const send = (): void => {
    const secret = secretOfDraft(draft);
    save.mutate((client) => client.alerts.channels.edit({ channel: channel.name, name: draft.name.trim(), enabled: draft.enabled, target: targetOf(draft), fallback: draft.fallback === '' ? null : draft.fallback, ...(secret !== undefined && { secret }) }), { onSuccess: onClose });
  };
  return (
    <FormDialog title={t('channels.editTitle', { name: channel.name })} yes={t('alerts.save')} ready={draft.name.trim() !== ''} busy={save.isPending} error={save.error} onYes={send} onClose={onClose} size={620}>
      <ChannelFields draft={draft} onChange={(change) => setDraft((before) => ({ ...before, ...change }))} others={others} before={channel} />
    </FormDialog>
  );
}
