// Hands one file of a snapshot over to the restore wizard, which is left with where to put it.
import { useLocation } from 'wouter';
import { useRestoreDraft } from '../../api/restore-draft.tsx';

export function useRestoreOf(): (snapshotId: string, path: string) => void {
  const [, navigate] = useLocation();
  const { setDraft } = useRestoreDraft();
  return (snapshotId, path) => {
    setDraft({ snapshotId, include: [path] });
    navigate(`/restore/${snapshotId}`);
  };
}
