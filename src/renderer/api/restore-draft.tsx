// What the person has chosen to bring back, on its way from a snapshot's files to the restore wizard.
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';

export interface RestoreDraft {
  snapshotId: string;
  /** Paths in the snapshot; empty: everything. */
  include: string[];
}

interface DraftHolder {
  draft: RestoreDraft | undefined;
  setDraft(draft: RestoreDraft | undefined): void;
}

const DraftContext = createContext<DraftHolder>({ draft: undefined, setDraft: () => undefined });

export function RestoreDraftProvider({ children }: { children: ReactNode }): ReactNode {
  const [draft, setDraft] = useState<RestoreDraft>();
  const holder = useMemo(() => ({ draft, setDraft }), [draft]);
  return <DraftContext.Provider value={holder}>{children}</DraftContext.Provider>;
}

export function useRestoreDraft(): DraftHolder {
  return useContext(DraftContext);
}
