// The report of a comparison as a file, made in the page from what the engine says.
import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Comparison } from '../../../contract/compare.ts';
import { describeError } from '../../../contract/copy/errors.ts';
import { writeReport, type ReportForm, type ReportSource } from '../../../contract/copy/report/report.ts';
import { toFailure } from '../../api/failure.ts';
import { useClient } from '../../api/queries.ts';
import { downloadBlob } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { allRows, useLookInside } from './inside/queries.ts';
import { readBothMetrics } from './MetricDeltas.tsx';

const types: Record<ReportForm, string> = { html: 'text/html', md: 'text/markdown' };

export function ReportMenu({ comparison }: { comparison: Comparison }): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const look = useLookInside();
  const write = useMutation({
    mutationFn: async (form: ReportForm) => {
      const { id, from, to } = comparison;
      const source: ReportSource = {
        comparison,
        now: new Date(),
        metrics: await readBothMetrics(client, comparison),
        folder: (path, limit) => client.compare.folder({ comparison: id, path, limit }),
        list: (kind, limit) => client.compare.list({ comparison: id, kinds: [kind], limit }),
        inside: async ({ path }) => {
          if (from.kind !== 'snapshot') return { failure: '' };
          try {
            const inside = await look({ from: from.snapshot.id, to: to.kind === 'live' ? null : to.snapshot.id, path, toPath: path, ...(to.kind === 'live' && to.trial && { trial: to.trial.id }) });
            return { inside, rows: allRows(client, inside) };
          } catch (error) {
            const { code, data } = toFailure(error);
            if (code === 'CANCELLED') throw error;
            return { failure: describeError(language, code, data).title };
          }
        }
      };
      downloadBlob(`${t('report.fileName')}.${form}`, new Blob([await writeReport(form, language, source)], { type: types[form] }));
    }
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" loading={write.isPending}>
            {t('report.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(['html', 'md'] as const).map((form) => (
            <Menu.Item key={form} onClick={() => write.mutate(form)}>
              {t(`report.${form}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {write.isPending && (
        <span className="muted" role="status">
          {t('report.running')}
        </span>
      )}
      {write.isError && <ErrorNotice error={write.error} compact />}
    </>
  );
}
