// What refers to a secret, in words.
import { visibleText } from '../../../contract/copy/text.ts';
import type { SecretUser } from '../../../contract/secrets.ts';
import { useWords } from '../../ui/words.tsx';

const words = { repository: 'secrets.userRepository', job: 'secrets.userJob', channel: 'secrets.userChannel', packages: 'secrets.userPackages' } as const;

export function useUserWords(): (users: readonly SecretUser[]) => string {
  const { t } = useWords();
  return (users) => users.map(({ kind, name }) => t(words[kind], { name: visibleText(name, true) })).join(', ');
}
